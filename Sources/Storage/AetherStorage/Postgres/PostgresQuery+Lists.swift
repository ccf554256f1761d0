internal import AetherRuntime

extension PostgresQuery {
    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) throws(PostgresFailure) -> [WorkflowSummary] {
        // PostgreSQL takes no NUL in a text, and no type has one.
        if let type = filter.type, !WorkflowID.isName(type) { return [] }
        let states = (filter.states.isEmpty ? WorkflowState.allCases : Array(filter.states)).sorted {
            $0.rawValue < $1.rawValue
        }
        let found = try rows(Self.listSQL(states: states, byType: filter.type != nil, hasCursor: cursor != nil)) {
            $0.add(Int64(max(0, limit)))
            if let cursor {
                $0.add(cursor.createdAt.rawValue)
                $0.add(cursor.id.rawValue)
            }
            if let type = filter.type { $0.add(type) }
        }
        var page: [WorkflowSummary] = []
        page.reserveCapacity(found.count)
        for row in 0..<found.count { page.append(try summary(found, row)) }
        return page
    }

    /// One range of an index for each state, merged in the list's order: from each no more than a page is taken. The
    /// parameters: the limit; the cursor's time and id, if there is one; the type, if it is asked for.
    static func listSQL(states: [WorkflowState], byType: Bool, hasCursor: Bool) -> SQLText {
        let type: SQLText = byType ? "w.type = $\(hasCursor ? 4 : 2) AND " : ""
        let place: SQLText = hasCursor ? " AND (w.created, w.id) < ($2, $3)" : ""
        let ranges: [SQLText] = states.map { state in
            """
            (SELECT \(columns(of: "w")) FROM aether.workflow AS w WHERE \(type)w.state = \(state.rawValue)\(place)
            ORDER BY w.created DESC, w.id DESC LIMIT $1)
            """
        }
        return
            "SELECT * FROM (\(ranges.joined(separator: " UNION ALL "))) AS page ORDER BY created DESC, id DESC LIMIT $1"
    }

    /// One look into the index a state.
    static let newestSQL: SQLText = {
        let looks: [SQLText] = WorkflowState.allCases.map { state in
            "(SELECT max(w.created) FROM aether.workflow AS w WHERE w.state = \(state.rawValue))"
        }
        return "SELECT greatest(\(looks.joined(separator: ", ")))"
    }()

    func newestTime() throws(PostgresFailure) -> Timestamp? {
        let found = try rows(Self.newestSQL)
        return found.optionalInteger(0, 0).map(Timestamp.init(rawValue:))
    }

    /// From each type to the next by the index, however many workflows there are of it.
    static let typesSQL: SQLText = """
        WITH RECURSIVE found (type) AS (
            SELECT min(type) FROM aether.workflow WHERE type >= $1
            UNION ALL
            SELECT (SELECT min(w.type) FROM aether.workflow AS w WHERE w.type > found.type)
            FROM found WHERE found.type IS NOT NULL
        )
        SELECT type FROM found WHERE type IS NOT NULL LIMIT $2
        """

    func types(prefix: String, limit: Int) throws(PostgresFailure) -> [String] {
        guard prefix.isEmpty || WorkflowID.isName(prefix) else { return [] }
        let found = try rows(Self.typesSQL) {
            $0.add(prefix)
            $0.add(Int64(max(0, limit)))
        }
        return (0..<found.count).lazy.map { found.text($0, 0) }.prefix { $0.utf8.starts(with: prefix.utf8) }
            .reduce(into: []) { $0.append($1) }
    }

    /// The condition of shards, whose array is a parameter if they are not all.
    private static func condition(_ shards: ShardSet, _ parameter: Int) -> SQLText {
        shards == .all ? "" : " AND shard = ANY($\(parameter))"
    }

    private static func add(_ shards: ShardSet, to parameters: inout PostgresParameters) {
        if shards != .all { parameters.add(shards.shards) }
    }

    static func closedSQL(of shards: ShardSet) -> SQLText {
        """
        SELECT \(columns(of: "w")), w.bytes FROM aether.workflow AS w
        WHERE w.state = $1 AND (w.created, w.id) > ($2, $3)\(condition(shards, 5)) ORDER BY w.created, w.id LIMIT $4
        """
    }

    func closedWorkflows(
        _ state: WorkflowState, in shards: ShardSet, after cursor: WorkflowCursor?, limit: Int
    ) throws(PostgresFailure) -> [ClosedWorkflow] {
        let found = try rows(Self.closedSQL(of: shards)) {
            $0.add(Int64(state.rawValue))
            $0.add(cursor?.createdAt.rawValue ?? .min)
            $0.add(cursor?.id.rawValue ?? "")
            $0.add(Int64(max(0, limit)))
            Self.add(shards, to: &$0)
        }
        var page: [ClosedWorkflow] = []
        for row in 0..<found.count {
            page.append(ClosedWorkflow(summary: try summary(found, row), bytes: Int(found.integer(row, 9))))
        }
        return page
    }

    /// Shard by shard, as the index has them.
    static func openSQL(of shards: ShardSet) -> SQLText {
        """
        SELECT id FROM aether.workflow WHERE state < 2 AND NOT passive AND (shard, id) > ($1, $2)\(condition(shards, 4))
        ORDER BY shard, id LIMIT $3
        """
    }

    func openWorkflows(
        in shards: ShardSet, after: WorkflowID?, limit: Int
    ) throws(PostgresFailure) -> [WorkflowID] {
        ids(
            try rows(Self.openSQL(of: shards)) {
                $0.add(after.map { Int64(Shard(of: $0).number) } ?? -1)
                $0.add(after?.rawValue ?? "")
                $0.add(Int64(max(0, limit)))
                Self.add(shards, to: &$0)
            })
    }

    static func dueSQL(of shards: ShardSet) -> SQLText {
        """
        SELECT id FROM aether.workflow WHERE state < 2 AND passive AND wake IS NOT NULL AND wake <= $1\(condition(shards, 3))
        ORDER BY wake, id LIMIT $2
        """
    }

    static func nextWakeSQL(of shards: ShardSet) -> SQLText {
        """
        SELECT wake FROM aether.workflow WHERE state < 2 AND passive AND wake IS NOT NULL\(condition(shards, 1))
        ORDER BY wake LIMIT 1
        """
    }

    func dueWorkflows(
        in shards: ShardSet, before instant: Timestamp, limit: Int
    ) throws(PostgresFailure) -> [WorkflowID] {
        ids(
            try rows(Self.dueSQL(of: shards)) {
                $0.add(instant.rawValue)
                $0.add(Int64(max(0, limit)))
                Self.add(shards, to: &$0)
            })
    }

    func nextWake(in shards: ShardSet) throws(PostgresFailure) -> Timestamp? {
        let found = try rows(Self.nextWakeSQL(of: shards)) { Self.add(shards, to: &$0) }
        return found.count > 0 ? Timestamp(rawValue: found.integer(0, 0)) : nil
    }

    func counts() throws(PostgresFailure) -> WorkflowCounts {
        let found = try rows(
            """
            SELECT sum(pending)::bigint, sum(running)::bigint, sum(completed)::bigint, sum(failed)::bigint,
                sum(cancelled)::bigint FROM aether.tally
            """)
        var counts = WorkflowCounts()
        for (column, state) in WorkflowState.allCases.enumerated() { counts[state] = Int(found.integer(0, column)) }
        return counts
    }

    func closedBytes() throws(PostgresFailure) -> ClosedBytes {
        let found = try rows(
            """
            SELECT sum(completed_bytes)::bigint, sum(failed_bytes)::bigint, sum(cancelled_bytes)::bigint
            FROM aether.tally
            """)
        var bytes = ClosedBytes()
        for (column, state) in WorkflowState.allCases.filter(\.isTerminal).enumerated() {
            bytes[state] = Int(found.integer(0, column))
        }
        return bytes
    }

    private func ids(_ rows: PostgresRows) -> [WorkflowID] {
        (0..<rows.count).map { WorkflowID(rawValue: rows.text($0, 0)) }
    }
}
