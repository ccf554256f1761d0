internal import AetherRuntime

/// What the writer says besides what a batch comes to.
enum WriterCommands {
    static func lookUp(_ ids: [WorkflowID]) -> PostgresCommand {
        PostgresCommand(lookUpSQL) {
            $0.add(ids.map(Shard.init(of:)))
            $0.add(ids.map(\.rawValue))
        }
    }

    private static let lookUpSQL: SQLText = """
        SELECT n.number, w.state, w.passive, w.length + tail.length, w.bytes + tail.bytes
        FROM unnest($1::smallint[], $2::text[]) WITH ORDINALITY AS n (shard, id, number)
        JOIN aether.workflow AS w ON w.shard = n.shard AND w.id = n.id
        CROSS JOIN LATERAL (
            SELECT count(*) AS length, coalesce(sum(octet_length(j.entry)), 0)::bigint AS bytes FROM aether.journal AS j
            WHERE j.shard = w.shard AND j.workflow = w.id AND j.sequence > w.length
        ) AS tail
        """

    static func places(
        _ rows: PostgresRows, of ids: [WorkflowID]
    ) throws(PostgresFailure) -> [WorkflowID: PostgresPlace] {
        var places: [WorkflowID: PostgresPlace] = [:]
        for row in 0..<rows.count {
            let id = ids[Int(rows.integer(row, 0)) - 1]
            guard let state = WorkflowState(column: rows.integer(row, 1)) else {
                throw .damaged("the workflow \(id) is in the unknown state \(rows.integer(row, 1))")
            }
            places[id] = PostgresPlace(
                state: state, isPassive: rows.integer(row, 2) != 0, length: rows.integer(row, 3),
                bytes: rows.integer(row, 4))
        }
        return places
    }

    static var readIncarnation: PostgresCommand { PostgresCommand("SELECT incarnation FROM aether.meta") }

    /// 64 KiB that don't become less by compression. No workflow has the empty id.
    static var fill: PostgresCommand {
        var generator = SplitMix64(seed: 1)
        let bytes = (0..<1 << 16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        return PostgresCommand(
            "INSERT INTO aether.journal (shard, workflow, sequence, entry) VALUES (0, '', 0, $1)"
        ) { $0.add(bytes: bytes) }
    }

    static var removeFill: PostgresCommand {
        PostgresCommand("DELETE FROM aether.journal WHERE shard = 0 AND workflow = ''")
    }
}
