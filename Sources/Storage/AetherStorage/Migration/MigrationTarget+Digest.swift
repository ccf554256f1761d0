internal import AetherRuntime

extension MigrationTarget {
    /// Reads everything back.
    ///
    /// - Parameter progress: is told now and then how many rows were read.
    /// - Returns: what is in the database now.
    /// - Throws: ``StoreError``; `CancellationError`.
    func digest(_ progress: (Int) -> Void) throws -> ContentDigest {
        let query = PostgresQuery(connection: connection)
        var digest = ContentDigest()
        func advance() throws {
            let count = digest.workflows + digest.entries
            guard count.isMultiple(of: 4_096) else { return }
            try Task.checkCancellation()
            progress(count)
        }
        try explaining {
            try connection.stream(PostgresCommand(Self.readWorkflowsSQL)) { row in
                digest.add(
                    MigratedWorkflow(
                        shard: Int16(row.integer(0, 9)), summary: try query.summary(row, 0), length: row.integer(0, 10),
                        bytes: row.integer(0, 11)))
                try advance()
            }
            try connection.stream(PostgresCommand("SELECT shard, workflow, sequence, entry FROM aether.journal")) {
                digest.add(
                    shard: Int16($0.integer(0, 0)), $0.text(0, 1), $0.integer(0, 2), $0.bytes(0, 3))
                try advance()
            }
        }
        return digest
    }

    private static let readWorkflowsSQL: SQLText = """
        SELECT \(PostgresQuery.columns(of: "w")), w.shard, w.length, w.bytes FROM aether.workflow AS w
        """

    /// What the database's numbers are, as a server reads them.
    func numbers() throws(StoreError) -> (counts: WorkflowCounts, closedBytes: ClosedBytes) {
        let query = PostgresQuery(connection: connection)
        do throws(PostgresFailure) {
            return (try query.counts(), try query.closedBytes())
        } catch {
            throw context.error(error)
        }
    }
}
