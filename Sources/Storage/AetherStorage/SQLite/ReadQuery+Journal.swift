internal import AetherRuntime

extension ReadQuery {
    /// A stretch of a journal. `place` is where the workflow was when the query was asked for, if the writer knew; its
    /// head may be ahead of the one in the database.
    func journal(
        of id: WorkflowID, from place: WorkflowPlace?, after: UInt64, limit: Int, _ chains: ChainCache
    ) throws(StoreError) -> [JournalEntry] {
        guard let head = try head(of: id, from: place) else { return [] }
        let rows = try chain(to: head, of: id, chains)
        guard after < UInt64(rows.count) else { return [] }
        let wanted = rows[Int(after)...].prefix(max(0, limit))
        var entries: [JournalEntry] = []
        entries.reserveCapacity(wanted.count)
        let statement = try prepare(Self.entrySQL)
        for (index, row) in zip(wanted.indices, wanted) {
            let entry = try entry(row, statement, of: id)
            guard entry.sequence == UInt64(index) + 1 else {
                throw context.corrupt("the journal of \(id) has entry \(entry.sequence) in the place of \(index + 1)")
            }
            entries.append(entry)
        }
        return entries
    }

    func lastEntry(of id: WorkflowID, from place: WorkflowPlace?) throws(StoreError) -> JournalEntry? {
        guard let head = try head(of: id, from: place), head > 0 else { return nil }
        return try entry(head, try prepare(Self.entrySQL), of: id)
    }

    /// The time of the entry that was written last, of whichever workflow.
    func newestTime() throws(StoreError) -> Timestamp? {
        let statement = try prepare("SELECT entry FROM journal ORDER BY row DESC LIMIT 1")
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        do {
            return try JournalEntry(encoded: statement.bytes(0)).time
        } catch {
            throw context.corrupt("the last row of the journal: \(error)")
        }
    }

    private static let entrySQL: SQLText = "SELECT entry FROM journal WHERE row = ?"

    /// The row of a workflow's last entry; `nil` when there is no such workflow.
    private func head(of id: WorkflowID, from place: WorkflowPlace?) throws(StoreError) -> Int64? {
        let statement = try prepare("SELECT head FROM workflow WHERE id = ?")
        defer { statement.reset() }
        try statement.bind(id.rawValue, at: 1)
        guard try statement.step() else { return nil }
        return max(statement.integer(0), place?.head ?? 0)
    }

    /// The rows of a journal's entries, first to last. Walks back from the head as far as the rows are not known.
    private func chain(to head: Int64, of id: WorkflowID, _ chains: ChainCache) throws(StoreError) -> ArraySlice<Int64>
    {
        let known = chains[id]
        var walked: [Int64] = []
        var row = head
        let statement = try prepare("SELECT previous FROM journal WHERE row = ?")
        while row > 0 {
            if let index = known.index(of: row) {
                guard !walked.isEmpty else { return known.rows[...index] }
                break
            }
            walked.append(row)
            try statement.bind(row, at: 1)
            let isThere = try statement.step()
            let previous = statement.integer(0)
            statement.reset()
            guard isThere, previous < row else {
                throw context.corrupt("row \(row) of the journal of \(id) is missing")
            }
            row = previous
        }
        let rows = (row > 0 ? known.rows : []) + walked.reversed()
        chains.keep(JournalChain(rows: rows), of: id)
        return rows[...]
    }

    private func entry(_ row: Int64, _ statement: SQLStatement, of id: WorkflowID) throws(StoreError) -> JournalEntry {
        defer { statement.reset() }
        try statement.bind(row, at: 1)
        guard try statement.step() else { throw context.corrupt("row \(row) of the journal of \(id) is missing") }
        do {
            return try JournalEntry(encoded: statement.bytes(0))
        } catch {
            throw context.corrupt("row \(row) of the journal of \(id): \(error)")
        }
    }
}
