extension PostgresSchema {
    /// Makes a database one of this schema: an empty one is filled, an older one is brought up to date in one transaction.
    ///
    /// Several servers may do so at once: they wait for each other at the row of `aether.meta`.
    ///
    /// - Throws: ``StoreError``: `newerVersion`, `corrupt` when another program's tables are in the way, `inaccessible`.
    func prepare(_ connection: PostgresConnection, name: String) throws(StoreError) {
        let context = PostgresContext(name: name, purpose: .opening)
        do {
            try createMeta(connection)
            let found = try Self.version(connection)
            guard found <= version else { throw PrepareError.newer(found) }
            if found < version { try migrate(connection) }
        } catch let failure as PostgresFailure {
            _ = try? connection.run([.rollback])
            throw context.error(failure)
        } catch PrepareError.newer(let found) {
            throw StoreError(
                code: .newerVersion,
                message: "the database \(name) has version \(found), this server knows version \(version); "
                    + "use the server that wrote it or a newer one")
        } catch {
            throw StoreError(
                code: .corrupt,
                message: "the schema \"aether\" of the database \(name) belongs to another program; "
                    + "choose another database for Aether")
        }
    }

    private enum PrepareError: Error {
        case newer(Int)
        case foreign
    }

    /// Makes the schema and its table of one row, where they are missing. Only then are the rights to do so needed.
    private func createMeta(_ connection: PostgresConnection) throws {
        let tables = try connection.run([
            PostgresCommand("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'aether'", isPrepared: false),
            PostgresCommand(
                """
                SELECT count(*), coalesce(sum(CASE WHEN tablename = 'meta' THEN 1 ELSE 0 END), 0)::bigint
                FROM pg_catalog.pg_tables WHERE schemaname = 'aether'
                """, isPrepared: false),
        ])
        let isThere = tables[0].integer(0, 0) > 0
        let (count, meta) = (tables[1].integer(0, 0), tables[1].integer(0, 1))
        // Alone, it may be another server's that has not written its row yet.
        if meta > 0, count > 1 { return }
        guard count == meta else { throw PrepareError.foreign }
        // Two servers that do it at the same moment: one of them fails at a key of the catalogue, and finds it done.
        if !isThere { try tolerating { try connection.run([statement("CREATE SCHEMA IF NOT EXISTS aether")]) } }
        try tolerating {
            try connection.run([
                statement(
                    """
                    CREATE TABLE IF NOT EXISTS aether.meta (
                        id smallint PRIMARY KEY CHECK (id = 1),
                        version integer NOT NULL,
                        incarnation bigint NOT NULL
                    )
                    """)
            ])
        }
        try connection.run([
            statement(
                "INSERT INTO aether.meta (id, version, incarnation) VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING")
        ])
    }

    private func tolerating(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let failure as PostgresFailure
            where [.refused("23505"), .refused("42P06"), .refused("42P07"), .refused("42710")].contains(failure.kind)
        {}
    }

    private static func version(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        let rows = try connection.run([statement("SELECT version FROM aether.meta")])
        guard let row = rows.first, row.count == 1 else { throw .damaged("its table meta has no row") }
        return Int(row.integer(0, 0))
    }

    private func migrate(_ connection: PostgresConnection) throws {
        let rows = try connection.run([
            .begin, Self.statement("SELECT version FROM aether.meta WHERE id = 1 FOR UPDATE"),
        ])
        let found = Int(rows[1].integer(0, 0))
        guard found <= version else {
            try connection.run([.rollback])
            throw PrepareError.newer(found)
        }
        let statements = steps[found...].flatMap { $0.map(Self.statement) }
        let update = PostgresCommand("UPDATE aether.meta SET version = $1", isPrepared: false) {
            $0.add(Int64(version))
        }
        try connection.run(statements + [update, .commit])
    }

    private static func statement(_ sql: SQLText) -> PostgresCommand { PostgresCommand(sql, isPrepared: false) }

    private func statement(_ sql: SQLText) -> PostgresCommand { Self.statement(sql) }
}
