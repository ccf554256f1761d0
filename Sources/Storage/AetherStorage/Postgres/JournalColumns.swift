internal import AetherRuntime

/// Rows for the journal, by columns: they are added with one statement.
struct JournalColumns {
    private var shards: [Shard] = []
    private var workflows: [String] = []
    private var sequences: [Int64] = []
    private var entries: [[UInt8]] = []
    private(set) var bytes = 0

    var count: Int { entries.count }

    mutating func add(_ shard: Shard, _ workflow: WorkflowID, _ sequence: Int64, _ entry: [UInt8]) {
        shards.append(shard)
        workflows.append(workflow.rawValue)
        sequences.append(sequence)
        entries.append(entry)
        bytes += entry.count
    }

    var command: PostgresCommand {
        PostgresCommand(Self.sql) { parameters in
            parameters.add(shards)
            parameters.add(workflows)
            parameters.add(sequences)
            parameters.add(entries)
        }
    }

    private static let sql: SQLText = """
        INSERT INTO aether.journal (shard, workflow, sequence, entry)
        SELECT * FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::bytea[])
        """
}
