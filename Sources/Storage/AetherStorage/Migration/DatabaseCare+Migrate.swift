internal import AetherRuntime

extension DatabaseCare {
    /// What was copied into a PostgreSQL database.
    package struct Migration: Sendable, Hashable {
        /// The file it comes from.
        package var source: String
        /// The database it is in, as people name it, without a password.
        package var target: String
        package var workflows: Int
        package var entries: Int
        /// What the entries take.
        package var bytes: Int
    }

    /// Copies a database file into an empty PostgreSQL database, where a server goes on as it would on the file, also with
    /// what workers hold (``WorkflowStore/incarnation``). All of it is there at once, read back and compared, or none.
    ///
    /// No server may be using either of them. The file stays as it is.
    ///
    /// - Parameters:
    ///   - source: the file.
    ///   - url: the PostgreSQL database.
    ///   - checks: whether the file is checked first, as ``examine(path:progress:found:)`` does.
    ///   - progress: is told now and then how far it is.
    /// - Returns: what was copied.
    /// - Throws: ``StoreError``: `inUse` when a server has one of them; `CancellationError`. Of what was begun nothing is in
    ///   the target then, but for its tables.
    package func migrate(
        _ source: String, to url: String, checks: Bool,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> Migration {
        let path = try Self.existing(source)
        let lock = try DatabaseLock(database: path, remedy: "stop that server first")
        return try withExtendedLifetime(lock) {
            let content = try DatabaseContent(path: path, toBe: "migrated")
            defer { content.close() }
            let target = try MigrationTarget(url)
            // What can't be filled is refused before the check, which takes its time; nobody is kept out meanwhile.
            try target.begin()
            try target.rollBack()
            let examination = checks ? try Self.check(path, "the database \(path)", progress) : nil
            try target.begin()
            let migration = DatabaseMigration(
                from: content, at: path, examined: examination, to: target, progress: progress)
            let copied = try migration.run()
            return Migration(
                source: path, target: target.name, workflows: copied.workflows, entries: copied.entries,
                bytes: copied.bytes)
        }
    }
}
