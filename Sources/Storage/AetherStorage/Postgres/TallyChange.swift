internal import AetherRuntime

/// What a write changes in the numbers of its shards.
struct TallyChange {
    private struct Row {
        var counts = WorkflowCounts()
        var bytes = ClosedBytes()
    }

    private var rows: [Shard: Row] = [:]

    /// A workflow was in one place and is in another; `nil` for nowhere.
    mutating func move(in shard: Shard, from before: PostgresPlace?, to after: PostgresPlace?) {
        guard before?.state != after?.state || before?.bytes != after?.bytes else { return }
        var row = rows[shard] ?? Row()
        if let before {
            row.counts[before.state] -= 1
            row.bytes[before.state] -= Int(before.bytes)
        }
        if let after {
            row.counts[after.state] += 1
            row.bytes[after.state] += Int(after.bytes)
        }
        rows[shard] = row
    }

    /// `nil` when no number changes.
    var command: PostgresCommand? {
        let changed = rows.filter { $0.value.counts != WorkflowCounts() || $0.value.bytes != ClosedBytes() }
            .sorted { $0.key.number < $1.key.number }
        guard !changed.isEmpty else { return nil }
        return PostgresCommand(Self.sql) { parameters in
            parameters.add(changed.map(\.key))
            for state in WorkflowState.allCases {
                parameters.add(changed.map { Int64($0.value.counts[state]) })
            }
            for state in WorkflowState.allCases where state.isTerminal {
                parameters.add(changed.map { Int64($0.value.bytes[state]) })
            }
        }
    }

    private static let sql: SQLText = """
        UPDATE aether.tally AS t SET pending = t.pending + n.pending, running = t.running + n.running,
            completed = t.completed + n.completed, failed = t.failed + n.failed, cancelled = t.cancelled + n.cancelled,
            completed_bytes = t.completed_bytes + n.completed_bytes, failed_bytes = t.failed_bytes + n.failed_bytes,
            cancelled_bytes = t.cancelled_bytes + n.cancelled_bytes
        FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[]) AS n (shard, pending, running, completed, failed, cancelled, completed_bytes,
            failed_bytes, cancelled_bytes)
        WHERE t.shard = n.shard
        """
}
