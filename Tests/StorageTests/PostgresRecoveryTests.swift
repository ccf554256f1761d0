import AetherRuntime
import Testing

@testable import AetherStorage

/// With a server of their own, because they do it harm.
@Suite(
    "What a PostgreSQL store does when things go wrong", .serialized,
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.missing)"))
struct PostgresRecoveryTests {
    private static let own = Result { try PostgresServer() }
    let server: PostgresServer
    let number: Int

    init() throws {
        server = try Self.own.get()
        number = try server.makeDatabase()
    }

    private func sequences(_ store: PostgresStore, _ id: String) async throws -> [UInt64] {
        try await store.journal(of: WorkflowID(rawValue: id), after: 0, limit: 100).map(\.sequence)
    }

    private func end(_ process: Int64) throws {
        try server.execute("SELECT pg_terminate_backend(\(process))")
    }

    @Test("a database server that crashes and comes back between two commits is not noticed, and nothing is lost")
    func restart() async throws {
        let store = try await server.open(number)
        _ = try await store.commit([.start("a"), .start("b", state: .completed), .steps("a", 2...3)])
        #expect(try await sequences(store, "a") == [1, 2, 3])
        try server.crash()
        try server.start()
        _ = try await store.commit([.steps("a", 4...4), .start("c")])
        #expect(try await sequences(store, "a") == [1, 2, 3, 4])
        #expect(try await store.counts() == WorkflowCounts([.running: 2, .completed: 1]))
        #expect(try await store.closedBytes()[.completed] > 0)
        await store.close()
    }

    @Test("a connection that breaks behind the commit: the write is there, once, and its caller hears so")
    func lostAnswer() async throws {
        let store = try await server.open(number)
        _ = try await store.commit([.start("a"), .start("b")])
        // The commit is durable here, and waits for a standby that there is not: its answer never comes.
        try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try server.execute("SELECT pg_reload_conf()")
        async let leftOut = store.commit([.steps("a", 2...3), .start("b"), .start("c")])
        try end(try server.waiter(in: number, for: "wait_event = 'SyncRep'"))
        try server.execute("ALTER SYSTEM RESET synchronous_standby_names")
        try server.execute("SELECT pg_reload_conf()")
        #expect(try await leftOut == [WorkflowID(rawValue: "b")])
        #expect(try await sequences(store, "a") == [1, 2, 3])
        #expect(try await store.counts() == WorkflowCounts([.running: 3]))
        _ = try await store.commit([.steps("a", 4...4), .steps("c", 2...2)])
        #expect(try await sequences(store, "a") == [1, 2, 3, 4])
        await store.close()
    }

    @Test("a connection that breaks before the commit: the write is sent again, and is there once")
    func lostRequest() async throws {
        let store = try await server.open(number)
        _ = try await store.commit([.start("a")])
        let admin = try server.connect(number)
        try admin.run([.begin, PostgresCommand("SELECT 1 FROM aether.node FOR UPDATE")])
        async let leftOut = store.commit([.steps("a", 2...3), .start("b")])
        try end(try server.waiter(in: number, for: "wait_event_type = 'Lock'"))
        try admin.run([.rollback])
        #expect(try await leftOut == [])
        #expect(try await sequences(store, "a") == [1, 2, 3])
        #expect(try await store.counts() == WorkflowCounts([.running: 2]))
        await store.close()
    }

    enum Between: CaseIterable {
        case nothing, probe, delete, membership, lostMembership
    }

    @Test(
        "a write given up without its outcome: reads wait for the answer, which the same write gets, whatever comes between",
        arguments: Between.allCases)
    func givenUp(_ between: Between) async throws {
        let store = try await server.open(number) {
            $0.patience = .milliseconds(20)
            $0.readPatience = .zero
        }
        _ = try await store.commit([.start("a")])
        let batch = [WorkflowWrite.steps("a", 2...3), .start("b")]
        try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try server.execute("SELECT pg_reload_conf()")
        let written = Task { try await store.commit(batch) }
        _ = try server.waiter(in: number, for: "wait_event = 'SyncRep'")
        try server.execute("ALTER SYSTEM RESET synchronous_standby_names")
        try server.crash()
        let error = try await #require(throws: StoreError.self) { _ = try await written.value }
        #expect(error.code == .unsettled)
        try server.start()
        let read = try await #require(throws: StoreError.self) { _ = try await store.counts() }
        #expect(read.code == .inaccessible)
        switch between {
        case .nothing: break
        case .probe: try await store.probe()
        case .delete: #expect(try await store.delete([WorkflowID(rawValue: "none")]) == [])
        case .membership: try await store.change(evictions: [], claims: ShardSet(), releases: ShardSet())
        case .lostMembership:
            // Its answer is lost too, and it is there.
            try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            try server.execute("SELECT pg_reload_conf()")
            async let changed: Void = store.change(evictions: [], claims: ShardSet(), releases: ShardSet())
            try end(try server.waiter(in: number, for: "wait_event = 'SyncRep'"))
            try server.execute("ALTER SYSTEM RESET synchronous_standby_names")
            try server.execute("SELECT pg_reload_conf()")
            try await changed
        }
        #expect(try await store.commit(batch) == [])
        #expect(try await sequences(store, "a") == [1, 2, 3])
        #expect(try await store.counts() == WorkflowCounts([.running: 2]))
        _ = try await store.commit([.steps("a", 4...4), .steps("b", 2...2)])
        #expect(try await sequences(store, "b") == [1, 2])
        await store.close()
    }

    @Test("while the database is away writes fail as unwritable and reads as inaccessible; then all goes on")
    func outage() async throws {
        let store = try await server.open(number) {
            $0.patience = .milliseconds(20)
            $0.readPatience = .milliseconds(20)
        }
        _ = try await store.commit([.start("a")])
        try server.crash()
        let write = try await #require(throws: StoreError.self) { _ = try await store.commit([.steps("a", 2...2)]) }
        // Unless it was sent before the connection was known to be broken.
        #expect([.unwritable, .unsettled].contains(write.code))
        #expect(try await #require(throws: StoreError.self) { _ = try await store.counts() }.code == .inaccessible)
        try server.start()
        try await store.probe()
        _ = try await store.commit([.steps("a", 2...2)])
        #expect(try await sequences(store, "a") == [1, 2])
        await store.close()
    }

    @Test("a write that the database can't serialize with another is tried again")
    func serialization() async throws {
        try server.execute("ALTER DATABASE test_\(number) SET default_transaction_isolation = 'serializable'")
        let store = try await server.open(number)
        _ = try await store.commit([.start("a")])
        let admin = try server.connect(number)
        try admin.run([.begin, PostgresCommand("UPDATE aether.node SET version = version")])
        async let leftOut = store.commit([.steps("a", 2...3)])
        _ = try server.waiter(in: number, for: "wait_event_type = 'Lock'")
        try admin.run([.commit])
        #expect(try await leftOut == [])
        #expect(try await sequences(store, "a") == [1, 2, 3])
        await store.close()
    }

    @Test("a server whose database another one has opened writes no more")
    func takenOver() async throws {
        let first = try await server.open(number)
        _ = try await first.commit([.start("a")])
        let second = try await server.open(number)
        for _ in 0..<2 {
            let error = try await #require(throws: StoreError.self) { _ = try await first.commit([.steps("a", 2...2)]) }
            #expect(error.code == .evicted)
        }
        await #expect(throws: StoreError.self) { try await first.probe() }
        _ = try await second.commit([.steps("a", 2...2)])
        #expect(try await sequences(second, "a") == [1, 2])
        await first.close()
        await second.close()
    }
}
