internal import AetherRuntime

extension WriterDatabase {
    /// Writes some of the heads that lag in the database, as one transaction. A workflow that has moved on since has a
    /// later head already, and so has one that took the row of a deleted workflow: heads only ever grow.
    func write(_ places: ArraySlice<(id: WorkflowID, place: WorkflowPlace)>) throws(StoreError) {
        try transaction { () throws(StoreError) in
            for (_, place) in places { try write(place) }
        }
    }

    /// Records that all heads up to a row are written, so that whoever opens the file next need not look for them.
    func finishRound(_ written: [(id: WorkflowID, place: WorkflowPlace)], upTo row: Int64) throws(StoreError) {
        if row > mended {
            try transaction { () throws(StoreError) in try writeBookkeeping(mended: row, counts: counts, bytes: bytes) }
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
            var places: [Int64: WorkflowPlace] = [:]
            var newest = mended
            let tail = statements.journalTail
            try tail.bind(mended, at: 1)
            defer { tail.reset() }
            while try tail.step() {
                newest = tail.integer(1)
                try advance(&places[tail.integer(0)], of: tail.integer(0), to: newest, bytes: Int(tail.integer(2)))
            }
            for (_, place) in places.sorted(by: { $0.key < $1.key }) { try write(place) }
            try writeBookkeeping(mended: newest, counts: counts, bytes: bytes)
            return newest
        }
        mended = newest
    }

    /// Moves a head to an entry behind it, if it is not there yet.
    private func advance(
        _ place: inout WorkflowPlace?, of row: Int64, to head: Int64, bytes: Int
    ) throws(StoreError) {
        var moved: WorkflowPlace
        if let place { moved = place } else { moved = try storedPlace(of: row) }
        if moved.head < head {
            moved.head = head
            moved.bytes += bytes
        }
        place = moved
    }

    private func storedPlace(of row: Int64) throws(StoreError) -> WorkflowPlace {
        let statement = statements.readHead
        try statement.bind(row, at: 1)
        defer { statement.reset() }
        let isThere = try statement.step()
        return WorkflowPlace(
            row: row, head: isThere ? statement.integer(0) : 0, bytes: isThere ? Int(statement.integer(1)) : 0,
            state: .running)
    }

    private func write(_ place: WorkflowPlace) throws(StoreError) {
        let statement = statements.writeHead
        try statement.bind(place.head, at: 1)
        try statement.bind(place.row, at: 2)
        try statement.bind(Int64(place.bytes), at: 3)
        try statement.run()
    }
}
