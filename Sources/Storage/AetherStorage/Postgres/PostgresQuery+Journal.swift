internal import AetherRuntime

extension PostgresQuery {
    func summary(of id: WorkflowID) throws(PostgresFailure) -> WorkflowSummary? {
        let found = try rows(
            "SELECT \(Self.columns(of: "w")) FROM aether.workflow AS w WHERE w.shard = $1 AND w.id = $2"
        ) {
            $0.add(Shard(of: id))
            $0.add(id.rawValue)
        }
        return found.count > 0 ? try summary(found, 0) : nil
    }

    /// Several workflows with the beginnings of their journals, as of one moment and in one round trip.
    func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) throws(PostgresFailure) -> [WorkflowID: StoredWorkflow] {
        let names = PostgresCommand(Self.severalSQL) { fill(&$0, ids) }
        let entries = PostgresCommand(Self.beginningsSQL) {
            fill(&$0, ids)
            $0.add(Int64(max(0, limit)))
        }
        let results = try connection.run([.beginReading, names, entries, .commit])
        var found: [WorkflowID: StoredWorkflow] = [:]
        for row in 0..<results[1].count {
            let summary = try summary(results[1], row)
            found[summary.id] = StoredWorkflow(summary: summary, entries: [])
        }
        for row in 0..<results[2].count {
            let id = ids[Int(results[2].integer(row, 0)) - 1]
            let place = found[id]?.entries.count ?? 0
            found[id]?.entries.append(try entry(results[2], row, column: 1, of: id, place: UInt64(place) + 1))
        }
        return found
    }

    private func fill(_ parameters: inout PostgresParameters, _ ids: [WorkflowID]) {
        parameters.add(ids.map(Shard.init(of:)))
        parameters.add(ids.map(\.rawValue))
    }

    private static let severalSQL: SQLText = """
        SELECT \(columns(of: "w")) FROM unnest($1::smallint[], $2::text[]) AS n (shard, id)
        JOIN aether.workflow AS w ON w.shard = n.shard AND w.id = n.id
        """

    private static let beginningsSQL: SQLText = """
        SELECT n.number, j.entry FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY AS n (shard, id, number)
        CROSS JOIN LATERAL (
            SELECT sequence, entry FROM aether.journal WHERE shard = n.shard AND workflow = n.id
            ORDER BY sequence LIMIT $3
        ) AS j ORDER BY n.number, j.sequence
        """

    static let journalSQL: SQLText = """
        SELECT entry FROM aether.journal WHERE shard = $1 AND workflow = $2 AND sequence > $3 ORDER BY sequence LIMIT $4
        """

    func journal(of id: WorkflowID, after: UInt64, limit: Int) throws(PostgresFailure) -> [JournalEntry] {
        guard let last = Int64(exactly: after) else { return [] }
        let found = try rows(Self.journalSQL) {
            $0.add(Shard(of: id))
            $0.add(id.rawValue)
            $0.add(last)
            $0.add(Int64(max(0, limit)))
        }
        var entries: [JournalEntry] = []
        entries.reserveCapacity(found.count)
        for row in 0..<found.count {
            entries.append(try entry(found, row, column: 0, of: id, place: after + UInt64(row) + 1))
        }
        return entries
    }

    func lastEntry(of id: WorkflowID) throws(PostgresFailure) -> JournalEntry? {
        let found = try rows(
            """
            SELECT entry, sequence FROM aether.journal WHERE shard = $1 AND workflow = $2 ORDER BY sequence DESC LIMIT 1
            """
        ) {
            $0.add(Shard(of: id))
            $0.add(id.rawValue)
        }
        guard found.count > 0 else { return nil }
        return try entry(found, 0, column: 0, of: id, place: UInt64(found.integer(0, 1)))
    }

    /// The entry of a row, which has to be that of a place in the journal.
    private func entry(
        _ rows: PostgresRows, _ row: Int, column: Int, of id: WorkflowID, place: UInt64
    ) throws(PostgresFailure) -> JournalEntry {
        let entry: JournalEntry
        do {
            entry = try JournalEntry(encoded: rows.bytes(row, column))
        } catch {
            throw .damaged("entry \(place) of the journal of \(id): \(error)")
        }
        guard entry.sequence == place else {
            throw .damaged("the journal of \(id) has entry \(entry.sequence) in the place of \(place)")
        }
        return entry
    }
}
