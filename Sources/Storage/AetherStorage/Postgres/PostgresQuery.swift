internal import AetherRuntime

/// What is asked of a connection that reads.
struct PostgresQuery {
    let connection: PostgresConnection

    /// Runs one statement.
    func rows(_ sql: SQLText, _ fill: (inout PostgresParameters) -> Void = { _ in }) throws(PostgresFailure)
        -> PostgresRows
    {
        let rows = try connection.run([PostgresCommand(sql, fill)])
        guard let first = rows.first else { throw .lost("the server's answer is incomplete") }
        return first
    }

    /// The columns that ``summary(_:_:)`` reads, from a table or what is named like it.
    static func columns(of table: SQLText) -> SQLText {
        let names: [SQLText] = ["id", "type", "tier", "state", "created", "started", "completed", "wake", "passive"]
        return names.map { "\(table).\($0)" }.joined(separator: ", ")
    }

    func summary(_ rows: PostgresRows, _ row: Int) throws(PostgresFailure) -> WorkflowSummary {
        let id = rows.text(row, 0)
        guard let tier = UInt8(exactly: rows.integer(row, 2)).flatMap(PersistenceTier.init(rawValue:)),
            let state = WorkflowState(column: rows.integer(row, 3))
        else { throw .damaged("the workflow \(id) has an unknown tier or state") }
        return WorkflowSummary(
            id: WorkflowID(rawValue: id),
            type: rows.text(row, 1),
            tier: tier,
            state: state,
            createdAt: Timestamp(rawValue: rows.integer(row, 4)),
            startedAt: rows.optionalInteger(row, 5).map(Timestamp.init(rawValue:)),
            completedAt: rows.optionalInteger(row, 6).map(Timestamp.init(rawValue:)),
            wakeAt: rows.optionalInteger(row, 7).map(Timestamp.init(rawValue:)),
            isPassive: rows.integer(row, 8) != 0)
    }
}
