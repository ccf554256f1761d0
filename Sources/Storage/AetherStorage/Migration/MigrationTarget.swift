internal import AetherRuntime

/// The PostgreSQL database that another one is copied into, in one transaction: PostgreSQL keeps nothing of it in memory, and
/// takes it back in no time, however much it is.
///
/// The tables are locked from ``begin()`` on. The two that are filled are truncated first, empty as they are: what is taken
/// back then leaves no dead rows, and COPY can be told to `FREEZE` the rows, so that no vacuum has to write them again.
final class MigrationTarget {
    let name: String
    let connection: PostgresConnection
    let context: PostgresContext

    /// How long PostgreSQL may be silent, as it is while it brings the copy to the disk.
    private static let patience = Duration.seconds(600)
    private static let lockTimeout = Duration.seconds(5)
    /// How often a server that may just be leaving is waited for, a tenth of a second each time.
    private static let maximumTries = 20

    /// Connects, and brings the tables up to date.
    ///
    /// - Throws: ``StoreError``, as when a server opens the database.
    init(_ url: String) throws(StoreError) {
        let session = PostgresSession(
            target: try PostgresTarget(url), statementTimeout: Self.patience, lockTimeout: Self.lockTimeout)
        name = session.target.name
        context = PostgresContext(name: name, purpose: .writing)
        let opening = PostgresContext(name: name, purpose: .opening)
        do throws(PostgresFailure) {
            connection = try session.connect()
            try connection.run([PostgresCommand(Self.settings, isPrepared: false)])
        } catch {
            throw opening.error(error)
        }
        try PostgresSchema.current.prepare(connection, name: name)
    }

    /// Reading everything back is one statement, and while the source is read none is run. The name is another than a
    /// server's: see ``begin()``.
    private static let settings: SQLText = """
        SELECT set_config('statement_timeout', '0', false), set_config('application_name', 'aether-migrate', false),
            set_config('idle_in_transaction_session_timeout', '600000', false)
        """

    /// Begins the transaction.
    ///
    /// - Throws: ``StoreError``: `inUse` when a server is connected, or somebody has locked the tables; `inaccessible` when
    ///   there is anything in them.
    func begin() throws(StoreError) {
        var tries = 1
        while true {
            let (server, isEmpty) = try lock()
            guard isEmpty else {
                throw StoreError(
                    code: .inaccessible,
                    message: "the database \(name) has workflows already; make an empty one and name that with --to")
            }
            guard let server else { return }
            try rollBack()
            guard tries < Self.maximumTries else {
                throw StoreError(
                    code: .inUse,
                    message:
                        "the database \(name) is in use by another server (PostgreSQL's process \(server)); stop it "
                        + "and try again")
            }
            tries += 1
            _ = try run("SELECT pg_sleep(0.1)")
        }
    }

    /// Ends the transaction; nothing of it is there.
    func rollBack() throws(StoreError) {
        _ = try run("ROLLBACK")
    }

    /// - Returns: PostgreSQL's process for a server that is connected, and whether there is nothing in the tables.
    private func lock() throws(StoreError) -> (server: Int64?, isEmpty: Bool) {
        do throws(PostgresFailure) {
            let rows = try connection.run([
                .begin, PostgresCommand(Self.lockSQL), PostgresCommand(Self.serversSQL), PostgresCommand(Self.emptySQL),
            ])
            return (rows[2].optionalInteger(0, 0), rows[3].integer(0, 0) != 0)
        } catch {
            throw PostgresContext(name: name, purpose: .opening).error(error)
        }
    }

    /// Whoever opens the database reads `meta` first.
    private static let lockSQL: SQLText = """
        LOCK TABLE aether.meta, aether.node, aether.shard, aether.tally, aether.workflow, aether.journal IN ACCESS EXCLUSIVE MODE
        """

    private static let serversSQL: SQLText = """
        SELECT min(pid)::bigint FROM pg_catalog.pg_stat_activity
        WHERE datname = current_database() AND application_name = 'aether' AND pid <> pg_backend_pid()
        """

    private static let emptySQL: SQLText = """
        SELECT NOT EXISTS (SELECT 1 FROM aether.workflow) AND NOT EXISTS (SELECT 1 FROM aether.journal)
        """

    /// Truncates the tables; to be called once, before anything is added.
    func truncate() throws(StoreError) {
        _ = try run("TRUNCATE aether.workflow, aether.journal")
    }

    /// Adds to `aether.journal` what a body hands in.
    func addEntries(_ body: (_ send: (inout CopyRows) throws(PostgresFailure) -> Void) throws -> Void) throws {
        try explaining {
            try connection.copy(
                "COPY aether.journal (shard, workflow, sequence, entry) FROM STDIN WITH (FORMAT binary, FREEZE)", body)
        }
    }

    /// Adds rows to `aether.workflow`.
    func addWorkflows(_ rows: CopyRows) throws {
        var rows = rows
        try explaining { try connection.copy(Self.workflowSQL) { send in try send(&rows) } }
    }

    private static let workflowSQL: SQLText = """
        COPY aether.workflow (shard, id, type, tier, state, created, started, completed, wake, passive, length, bytes)
        FROM STDIN WITH (FORMAT binary, FREEZE)
        """

    /// Adds the numbers, and says which life the database is in. Has PostgreSQL look at what it has now, so
    /// that the first server finds its way.
    func finish(_ tally: TallyChange, incarnation: Int64) throws(StoreError) {
        do throws(PostgresFailure) {
            let numbers = tally.command.map { [$0] } ?? []
            try connection.run(
                numbers + [
                    PostgresCommand("UPDATE aether.meta SET incarnation = $1") { $0.add(incarnation) },
                    PostgresCommand("ANALYZE aether.workflow, aether.journal", isPrepared: false),
                ])
        } catch {
            throw context.error(error)
        }
    }

    /// Makes the transaction durable.
    func commit() throws(StoreError) {
        do throws(PostgresFailure) {
            try connection.run([.commit])
        } catch {
            guard error.isLost else { throw context.error(error) }
            throw StoreError(
                code: .unwritable,
                message: "the connection to the database \(name) broke while the copy was committed "
                    + "(\(error.message)): it is there as a whole or not at all; try again, and if the database has "
                    + "workflows already it is there")
        }
    }

    private func run(_ sql: SQLText) throws(StoreError) -> [PostgresRows] {
        do throws(PostgresFailure) {
            return try connection.run([PostgresCommand(sql, isPrepared: false)])
        } catch {
            throw context.error(error)
        }
    }

    func explaining(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let failure as PostgresFailure {
            throw context.error(failure)
        }
    }
}
