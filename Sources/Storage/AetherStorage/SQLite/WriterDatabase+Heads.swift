internal import AetherRuntime

extension WriterDatabase {
    /// Writes some of the heads that lag in the database, as one transaction. A workflow that has moved on since has a
    /// later head already, and so has one that took the row of a deleted workflow: heads only ever grow.
    func write(_ places: ArraySlice<(id: WorkflowID, place: WorkflowPlace)>) throws(StoreError) {
        try transaction { () throws(StoreError) in
            for (_, place) in places { try writeHead(place.head, of: place.row) }
        }
    }

    /// Records that all heads up to a row are written, so that whoever opens the file next need not look for them.
    func finishRound(_ written: [(id: WorkflowID, place: WorkflowPlace)], upTo row: Int64) throws(StoreError) {
        if row > mended {
            try transaction { () throws(StoreError) in try writeBookkeeping(mended: row, counts: counts) }
            mended = row
        }
        heads.rotate(written)
    }

    /// Writes all lagging heads at once.
    ///
    /// Nothing is lost without it: it only bounds how much of the journal is read after a crash.
    func writeHeads() throws(StoreError) {
        let places = heads.placesAhead()
        if !places.isEmpty { try write(places[...]) }
        try finishRound(places, upTo: lastRow)
    }

    /// Reads the journal's rows behind the last ``writeHeads()``, and sets their workflows' heads.
    func mendHeads() throws(StoreError) {
        let newest = try transaction { () throws(StoreError) in
            var last: [Int64: Int64] = [:]
            var newest = mended
            let tail = statements.journalTail
            try tail.bind(mended, at: 1)
            defer { tail.reset() }
            while try tail.step() {
                newest = tail.integer(1)
                last[tail.integer(0)] = newest
            }
            for (row, head) in last.sorted(by: { $0.key < $1.key }) { try writeHead(head, of: row) }
            try writeBookkeeping(mended: newest, counts: counts)
            return newest
        }
        mended = newest
    }

    private func writeHead(_ head: Int64, of row: Int64) throws(StoreError) {
        try statements.writeHead.bind(head, at: 1)
        try statements.writeHead.bind(row, at: 2)
        try statements.writeHead.run()
    }
}
