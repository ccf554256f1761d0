import AetherRuntime
import Testing

@testable import AetherStorage

@Suite("The database of a PostgreSQL store", .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.missing)"))
struct PostgresDatabaseTests {
    let server: PostgresServer

    init() throws {
        server = try PostgresServer.shared()
    }

    /// The error that opening a URL ends with.
    private func refusal(_ url: String) async throws -> StoreError {
        try await #require(throws: StoreError.self) { _ = try await PostgresStore(url: url) }
    }

    @Test("a workflow's shard follows from its id, the same for ever", arguments: [("a", 140), ("foobar", 232)])
    func shards(_ id: String, _ number: Int16) {
        #expect(Shard(of: WorkflowID(rawValue: id)).number == number)
    }

    @Test("there is a row for each shard, and workflows are in theirs")
    func shardRows() async throws {
        let number = try server.makeDatabase()
        let store = try await server.open(number)
        _ = try await store.commit([.start("foobar"), .steps("foobar", 2...3)])
        await store.close()
        #expect(
            try server.execute("SELECT count(*) FROM aether.shard WHERE owner IS NULL", in: number).integer(0, 0) == 256
        )
        let shards = try server.execute(
            "SELECT shard FROM aether.workflow UNION SELECT shard FROM aether.journal", in: number)
        #expect(shards.count == 1)
        #expect(shards.integer(0, 0) == 232)
    }

    @Test("commits are synced whatever the database's default is")
    func durability() async throws {
        let number = try server.makeDatabase()
        try server.execute("ALTER DATABASE test_\(number) SET synchronous_commit = off")
        let session = PostgresSession(
            target: try PostgresTarget(server.url(number)), statementTimeout: .seconds(7),
            lockTimeout: .milliseconds(80))
        let settings = try session.connect().run([
            PostgresCommand("SHOW synchronous_commit"), PostgresCommand("SHOW statement_timeout"),
            PostgresCommand("SHOW lock_timeout"), PostgresCommand("SHOW application_name"),
        ])
        #expect(settings.map { $0.text(0, 0) } == ["on", "7s", "80ms", "aether"])
    }

    @Test("a wrong password is refused, and no message has it")
    func password() async throws {
        let number = try server.makeDatabase()
        try server.execute("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'right'")
        let error = try await refusal(server.url(number, user: "guarded", password: "sesame"))
        #expect(error.code == .inaccessible)
        #expect(error.message.contains("password authentication failed"))
        #expect(!error.message.contains("sesame"))
        let store = try await PostgresStore(url: server.url(number, user: "guarded", password: "right"))
        #expect(!store.name.contains("right"))
        await store.close()
    }

    @Test(
        "a URL that can't be read is refused without repeating it",
        arguments: ["postgres://user:sesame@host:port/db", "postgres://user:sesame@[host/db", "sesame"])
    func unreadable(_ url: String) async throws {
        let error = try await refusal(url)
        #expect(error.code == .inaccessible)
        #expect(!error.message.contains("sesame"), "\(error)")
    }

    @Test("a server that isn't there, and a database that isn't, are inaccessible")
    func unreachable() async throws {
        #expect(try await refusal("postgres:///x?host=/nowhere&user=u").code == .inaccessible)
        let error = try await refusal(server.url(999_999))
        #expect(error.code == .inaccessible)
        #expect(error.message.contains("test_999999"))
    }

    @Test("a database of a newer version is refused with both versions and what to do")
    func newerVersion() async throws {
        let number = try server.makeDatabase()
        await (try server.open(number)).close()
        try server.execute("UPDATE aether.meta SET version = 7", in: number)
        let error = try await refusal(server.url(number))
        #expect(error.code == .newerVersion)
        #expect(error.message.contains("version 7"))
        #expect(error.message.contains("version 1"))
    }

    @Test("another program's schema of the name is refused, and left as it is")
    func foreign() async throws {
        let number = try server.makeDatabase()
        try server.execute("CREATE SCHEMA aether", in: number)
        try server.execute("CREATE TABLE aether.cookie (name text)", in: number)
        let error = try await refusal(server.url(number))
        #expect(error.code == .corrupt)
        #expect(error.message.contains("another program"))
        #expect(
            try server.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'aether'", in: number).integer(0, 0)
                == 1)
    }

    @Test("an older database is migrated and keeps what it has; a migration that fails changes nothing")
    func migration() async throws {
        let number = try server.makeDatabase()
        let old = try await server.open(number)
        _ = try await old.commit([.start("a"), .steps("a", 2...5)])
        await old.close()
        let failure = try await #require(throws: StoreError.self) {
            _ = try await server.open(number) {
                $0.schema.steps.append([
                    "CREATE TABLE aether.half (x integer)", "CREATE TABLE aether.workflow (x integer)",
                ])
            }
        }
        #expect(failure.code == .inaccessible)
        #expect(try server.execute("SELECT version FROM aether.meta", in: number).integer(0, 0) == 1)
        let store = try await server.open(number) {
            $0.schema.steps.append([
                "ALTER TABLE aether.workflow ADD COLUMN parent text", "CREATE TABLE aether.half (x text)",
            ])
        }
        #expect(try server.execute("SELECT version FROM aether.meta", in: number).integer(0, 0) == 2)
        #expect(try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 9).count == 5)
        _ = try await store.commit([.steps("a", 6...6)])
        await store.close()
    }

    @Test("servers that open an empty database at the same time all find its tables", .timeLimit(.minutes(5)))
    func race() async throws {
        let number = try server.makeDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask { await (try server.open(number) { $0.joinsAlone = false }).close() }
            }
            try await group.waitForAll()
        }
        #expect(try server.execute("SELECT count(*) FROM aether.tally", in: number).integer(0, 0) == 256)
    }

    @Test("a read-only database is refused when it is opened; one that becomes so refuses writes until that is over")
    func readOnly() async throws {
        let number = try server.makeDatabase()
        let store = try await server.open(number) { $0.patience = .milliseconds(20) }
        _ = try await store.commit([.start("a")])
        try server.execute("ALTER DATABASE test_\(number) SET default_transaction_read_only = on")
        try server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'test_\(number)'")
        let write = try await #require(throws: StoreError.self) { _ = try await store.commit([.steps("a", 2...2)]) }
        #expect(write.code == .unwritable)
        #expect(write.message.contains("read-only"))
        await #expect(throws: StoreError.self) { try await store.probe() }
        #expect(try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 9).count == 1)
        let opening = try await refusal(server.url(number))
        #expect(opening.code == .unwritable)
        #expect(opening.message.contains("read-only"))
        try server.execute("ALTER DATABASE test_\(number) RESET default_transaction_read_only")
        try await store.probe()
        _ = try await store.commit([.steps("a", 2...2)])
        #expect(try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 9).count == 2)
        await store.close()
    }

    @Test("entries that do not follow the last one are refused, and nothing of their batch is written")
    func gaps() async throws {
        let store = try await server.open(server.makeDatabase())
        _ = try await store.commit([.start("a"), .steps("a", 2...3)])
        for sequence in [UInt64(3), 5] {
            let error = try await #require(throws: StoreError.self) {
                _ = try await store.commit([.start("b"), .steps("a", sequence...sequence)])
            }
            #expect(error.code == .corrupt)
            #expect(error.message.contains("entry \(sequence)"))
        }
        #expect(try await store.summary(of: WorkflowID(rawValue: "b")) == nil)
        _ = try await store.commit([.steps("a", 4...4)])
        #expect(try await store.lastEntry(of: WorkflowID(rawValue: "a"))?.sequence == 4)
        await store.close()
    }

    @Test("a missing entry is found when the journal is read")
    func missingEntry() async throws {
        let number = try server.makeDatabase()
        let store = try await server.open(number)
        _ = try await store.commit([.start("a"), .steps("a", 2...5)])
        try server.execute("DELETE FROM aether.journal WHERE sequence = 3", in: number)
        let error = try await #require(throws: StoreError.self) {
            _ = try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 9)
        }
        #expect(error.code == .corrupt)
        await store.close()
    }

    @Test("nothing of a replaced or a deleted workflow stays in the database")
    func forgetting() async throws {
        let number = try server.makeDatabase()
        let store = try await server.open(number)
        for id in ["replaced", "deleted"] {
            _ = try await store.commit([.start(id, state: .completed), .steps(id, 2...9)])
        }
        var successor = WorkflowWrite.start("replaced", type: "second")
        successor.replaces = .closed
        #expect(try await store.commit([successor]) == [])
        #expect(try await store.delete([WorkflowID(rawValue: "deleted")]).count == 1)
        try await store.probe()
        await store.close()
        #expect(try server.execute("SELECT count(*) FROM aether.journal", in: number).integer(0, 0) == 1)
        #expect(try server.execute("SELECT count(*) FROM aether.workflow", in: number).integer(0, 0) == 1)
    }
}
