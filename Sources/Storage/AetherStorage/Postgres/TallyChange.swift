import AetherRuntime

/// What a write changes in the numbers of all workflows. It goes to the row of one of the write's shards: only their sum counts, and
/// no other server writes the rows of this one's shards.
struct TallyChange {
    private var shard: Shard?
    private var counts = WorkflowCounts()
    private var bytes = ClosedBytes()

    /// A workflow was in one place and is in another; `nil` for nowhere.
    mutating func move(in shard: Shard, from before: PostgresPlace?, to after: PostgresPlace?) {
        guard before?.state != after?.state || before?.bytes != after?.bytes else { return }
        self.shard = self.shard ?? shard
        if let before {
            counts[before.state] -= 1
            bytes[before.state] -= Int(before.bytes)
        }
        if let after {
            counts[after.state] += 1
            bytes[after.state] += Int(after.bytes)
        }
    }

    /// `nil` when no number changes.
    var command: PostgresCommand? {
        guard let shard, counts != WorkflowCounts() || bytes != ClosedBytes() else { return nil }
        return PostgresCommand(Self.sql) { parameters in
            parameters.add(shard)
            for state in WorkflowState.allCases { parameters.add(Int64(counts[state])) }
            for state in WorkflowState.allCases where state.isTerminal { parameters.add(Int64(bytes[state])) }
        }
    }

    private static let sql: SQLText = """
        UPDATE aether.tally SET pending = pending + $2, running = running + $3, completed = completed + $4,
            failed = failed + $5, cancelled = cancelled + $6, completed_bytes = completed_bytes + $7,
            failed_bytes = failed_bytes + $8, cancelled_bytes = cancelled_bytes + $9
        WHERE shard = $1
        """
}
