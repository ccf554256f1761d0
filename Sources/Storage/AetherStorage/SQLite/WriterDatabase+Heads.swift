internal import AetherRuntime

extension WriterDatabase {
    /// Writes down the heads that lag in the database, so that whoever opens it next need not look for them.
    ///
    /// Nothing is lost without it: it only bounds how much of the journal is read after a crash.
    func writeHeads() throws(StoreError) {
        let ahead = heads.headsAhead()
        if lastRow > mended {
            try transaction { () throws(StoreError) in
                for (row, head) in ahead { try writeHead(head, of: row) }
                try writeBookkeeping(mended: lastRow, counts: counts)
            }
            mended = lastRow
        }
        heads.rotate()
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
