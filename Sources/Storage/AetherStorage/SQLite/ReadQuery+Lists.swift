internal import AetherRuntime

extension ReadQuery {
    private static let columns: SQLText = "id, type, tier, state, created, started, completed, wake, passive"

    func summary(of id: WorkflowID) throws(StoreError) -> WorkflowSummary? {
        let statement = try prepare("SELECT \(Self.columns) FROM workflow WHERE id = ?")
        defer { statement.reset() }
        try statement.bind(id.rawValue, at: 1)
        return try statement.step() ? summary(statement) : nil
    }

    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) throws(StoreError) -> [WorkflowSummary] {
        let states = (filter.states.isEmpty ? WorkflowState.allCases : Array(filter.states)).sorted {
            $0.rawValue < $1.rawValue
        }
        let statement = try prepare(
            Self.listSQL(states: states.count, byType: filter.type != nil, hasCursor: cursor != nil))
        defer { statement.reset() }
        var index: Int32 = 1
        for state in states {
            if let type = filter.type {
                try statement.bind(type, at: index)
                index += 1
            }
            try statement.bind(Int64(state.rawValue), at: index)
            index += 1
            if let cursor {
                try statement.bind(cursor.createdAt.rawValue, at: index)
                try statement.bind(cursor.id.rawValue, at: index + 1)
                index += 2
            }
        }
        try statement.bind(Int64(limit), at: index)
        var page: [WorkflowSummary] = []
        while try statement.step() { page.append(try summary(statement)) }
        return page
    }

    /// One range of an index for each state, merged in the list's order: SQLite takes from each only as far as needed.
    static func listSQL(states: Int, byType: Bool, hasCursor: Bool) -> SQLText {
        let type: SQLText = byType ? "type = ? AND " : ""
        let place: SQLText = hasCursor ? " AND (created, id) < (?, ?)" : ""
        let range: SQLText = "SELECT \(columns) FROM workflow WHERE \(type)state = ?\(place)"
        return Array(repeating: range, count: states).joined(separator: " UNION ALL ")
            + " ORDER BY created DESC, id DESC LIMIT ?"
    }

    /// From each type to the next by the index, however many workflows there are of it.
    static let typesSQL: SQLText = """
        WITH RECURSIVE found (type) AS (
            SELECT min(type) FROM workflow WHERE type >= ?
            UNION ALL
            SELECT (SELECT min(type) FROM workflow WHERE type > found.type) FROM found WHERE found.type IS NOT NULL
        )
        SELECT type FROM found WHERE type IS NOT NULL LIMIT ?
        """

    func types(prefix: String, limit: Int) throws(StoreError) -> [String] {
        let statement = try prepare(Self.typesSQL)
        defer { statement.reset() }
        try statement.bind(prefix, at: 1)
        try statement.bind(Int64(limit), at: 2)
        var types: [String] = []
        while try statement.step() {
            let type = statement.text(0)
            guard type.utf8.starts(with: prefix.utf8) else { break }
            types.append(type)
        }
        return types
    }

    static let closedSQL: SQLText =
        "SELECT \(columns), bytes FROM workflow WHERE state = ? AND (created, id) > (?, ?) ORDER BY created, id LIMIT ?"

    func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) throws(StoreError) -> [ClosedWorkflow] {
        let statement = try prepare(Self.closedSQL)
        defer { statement.reset() }
        try statement.bind(Int64(state.rawValue), at: 1)
        try statement.bind(cursor?.createdAt.rawValue ?? .min, at: 2)
        try statement.bind(cursor?.id.rawValue ?? "", at: 3)
        try statement.bind(Int64(limit), at: 4)
        var page: [ClosedWorkflow] = []
        while try statement.step() {
            page.append(ClosedWorkflow(summary: try summary(statement), bytes: Int(statement.integer(9))))
        }
        return page
    }

    static let openSQL: SQLText =
        "SELECT id FROM workflow WHERE state < 2 AND passive = 0 AND id > ? ORDER BY id LIMIT ?"

    func openWorkflows(after: WorkflowID?, limit: Int) throws(StoreError) -> [WorkflowID] {
        let statement = try prepare(Self.openSQL)
        defer { statement.reset() }
        // No id is empty, so all of them come behind the empty one.
        try statement.bind(after?.rawValue ?? "", at: 1)
        try statement.bind(Int64(limit), at: 2)
        return try ids(statement)
    }

    private static let waking: SQLText = "state < 2 AND passive = 1"
    static let dueSQL: SQLText = "SELECT id FROM workflow WHERE \(waking) AND wake <= ? ORDER BY wake, id LIMIT ?"
    static let nextWakeSQL: SQLText =
        "SELECT wake FROM workflow WHERE \(waking) AND wake IS NOT NULL ORDER BY wake LIMIT 1"

    func dueWorkflows(before instant: Timestamp, limit: Int) throws(StoreError) -> [WorkflowID] {
        let statement = try prepare(Self.dueSQL)
        defer { statement.reset() }
        try statement.bind(instant.rawValue, at: 1)
        try statement.bind(Int64(limit), at: 2)
        return try ids(statement)
    }

    func nextWake() throws(StoreError) -> Timestamp? {
        let statement = try prepare(Self.nextWakeSQL)
        defer { statement.reset() }
        return try statement.step() ? Timestamp(rawValue: statement.integer(0)) : nil
    }

    private func ids(_ statement: SQLStatement) throws(StoreError) -> [WorkflowID] {
        var ids: [WorkflowID] = []
        while try statement.step() { ids.append(WorkflowID(rawValue: statement.text(0))) }
        return ids
    }

    private func summary(_ row: SQLStatement) throws(StoreError) -> WorkflowSummary {
        let id = row.text(0)
        guard let tier = UInt8(exactly: row.integer(2)).flatMap(PersistenceTier.init(rawValue:)),
            let state = WorkflowState(column: row.integer(3))
        else { throw context.corrupt("the workflow \(id) has an unknown tier or state") }
        return WorkflowSummary(
            id: WorkflowID(rawValue: id),
            type: row.text(1),
            tier: tier,
            state: state,
            createdAt: Timestamp(rawValue: row.integer(4)),
            startedAt: row.optionalInteger(5).map(Timestamp.init(rawValue:)),
            completedAt: row.optionalInteger(6).map(Timestamp.init(rawValue:)),
            wakeAt: row.optionalInteger(7).map(Timestamp.init(rawValue:)),
            isPassive: row.integer(8) != 0)
    }
}
