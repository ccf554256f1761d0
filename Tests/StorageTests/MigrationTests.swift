import AetherRuntime
import Foundation
import GRDB
import Testing

@testable import AetherStorage

@Suite(
    "A migration to PostgreSQL", .timeLimit(.minutes(5)),
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.missing)"))
struct MigrationTests {
    let server: PostgresServer
    let database: TemporaryDatabase
    let number: Int

    init() throws {
        server = try PostgresServer.shared()
        database = try TemporaryDatabase()
        number = try server.makeDatabase()
    }

    func migrate(
        _ path: String? = nil, checks: Bool = true,
        progress: @escaping @Sendable (DatabaseCare.Progress) -> Void = { _ in }
    ) async throws -> DatabaseCare.Migration {
        try await DatabaseCare().migrate(
            path ?? database.path(), to: server.url(number), checks: checks, progress: progress)
    }

    func refusal(_ path: String? = nil, checks: Bool = true) async throws -> StoreError {
        try await #require(throws: StoreError.self) { _ = try await migrate(path, checks: checks) }
    }

    func makeSource(_ more: [WorkflowWrite] = []) async throws {
        let store = try await database.open()
        try await SampleRuns.write(to: store)
        if !more.isEmpty { _ = try await store.commit(more) }
        await store.close()
    }

    /// What a server leaves that was killed: rows that say less than the journal has.
    private func makeLaggingSource(_ more: [WorkflowWrite]) async throws -> String {
        try await makeSource(more)
        let store = try await database.open()
        _ = try await store.commit([.steps("many-7", 2...9, size: 500)])
        let path = try database.copy(store.path)
        await store.close()
        return path
    }

    private func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: database.path())
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// How many rows there are in the tables that a migration fills.
    func rows() throws -> Int64 {
        try server.execute(
            "SELECT (SELECT count(*) FROM aether.workflow) + (SELECT count(*) FROM aether.journal)", in: number
        ).integer(0, 0)
    }

    /// Nothing of a migration is left, and the next one finds nothing in its way.
    func expectNothing() async throws {
        #expect(try rows() == 0)
        #expect(try server.execute("SELECT incarnation FROM aether.meta", in: number).integer(0, 0) == 0)
        #expect(
            try server.execute("SELECT sum(pending + running + completed)::bigint FROM aether.tally", in: number)
                .integer(0, 0) == 0)
        #expect(try await migrate().workflows > 0)
    }

    @Test("brings everything: the store on the target says of all of it what the source's does")
    func everything() async throws {
        let path = try await makeLaggingSource(Self.specialRuns() + Self.manyRuns(8_300))
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "UPDATE bookkeeping SET incarnation = 77") }
        try queue.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))

        let migration = try await migrate(path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        let (source, target) = (try await database.open(path), try await server.open(number))
        try await expectSame(source, target)
        let counts = try await source.counts()
        #expect(WorkflowState.allCases.allSatisfy { counts[$0] > 0 })
        #expect(migration.workflows == WorkflowState.allCases.reduce(0) { $0 + counts[$1] })
        let journal = try server.execute(
            "SELECT count(*), sum(octet_length(entry)), max(octet_length(entry)) FROM aether.journal", in: number)
        #expect(migration.entries == Int(journal.integer(0, 0)))
        #expect(migration.bytes == Int(journal.integer(0, 1)))
        #expect(journal.integer(0, 2) > 2_000_000)
        #expect(target.incarnation == 77)
        _ = try await target.commit([.steps("many-7", 10...11)])
        #expect(try await target.lastEntry(of: WorkflowID(rawValue: "many-7"))?.sequence == 11)
        await source.close()
        await target.close()
    }

    @Test("has every row in its shard, with the exact size of its journal, and counts each shard's rows")
    func shards() async throws {
        _ = try await migrate(makeLaggingSource(Self.specialRuns() + Self.manyRuns(9)))
        let wrong = try server.execute(
            """
            SELECT count(*) FROM aether.workflow AS w WHERE (length, bytes) <> (
                SELECT count(*), sum(octet_length(entry)) FROM aether.journal AS j
                WHERE j.shard = w.shard AND j.workflow = w.id)
            """, in: number)
        #expect(wrong.integer(0, 0) == 0)
        let counted = try server.execute(
            """
            SELECT sum(pending + running + completed + failed + cancelled)::bigint - (SELECT count(*) FROM aether.workflow)
            FROM aether.tally
            """, in: number)
        #expect(counted.integer(0, 0) == 0)
        let rows = try server.execute("SELECT id, shard FROM aether.workflow", in: number)
        for row in 0..<rows.count {
            #expect(Int64(Shard(of: WorkflowID(rawValue: rows.text(row, 0))).number) == rows.integer(row, 1))
        }
    }

    @Test("of a database without workflows is one without workflows")
    func nothing() async throws {
        await (try database.open()).close()
        #expect(try await migrate().workflows == 0)
        let store = try await server.open(number)
        #expect(try await store.counts() == WorkflowCounts())
        await store.close()
    }

    @Test("is refused by a target that has a workflow, which keeps what it has")
    func occupied() async throws {
        try await makeSource()
        let store = try await server.open(number)
        _ = try await store.commit([.start("there")])
        await store.close()
        let error = try await refusal()
        #expect(error.message.contains("has workflows already"), "\(error)")
        #expect(try rows() == 2)
    }

    @Test("is refused while a server has the target, and possible once it has left")
    func targetInUse() async throws {
        try await makeSource()
        let store = try await server.open(number)
        let error = try await refusal()
        #expect(error.code == .inUse)
        #expect(error.message.contains("in use by another server"), "\(error)")
        await store.close()
        #expect(try await migrate().workflows == 7)
    }

    @Test("is refused while another one has the target's tables")
    func locked() async throws {
        try await makeSource()
        await (try server.open(number)).close()
        let other = try server.connect(number)
        try other.run([PostgresCommand("SET application_name = 'other'")])
        try other.run([.begin, PostgresCommand("LOCK TABLE aether.meta IN ACCESS EXCLUSIVE MODE")])
        let error = try await refusal()
        #expect(error.code == .inUse)
        #expect(error.message.contains("locked by another program"), "\(error)")
        try other.run([.rollback])
        try await expectNothing()
    }

    @Test("is refused while a server has the source, before the target is touched")
    func sourceInUse() async throws {
        try await makeSource()
        let store = try await database.open()
        let error = try await refusal()
        #expect(error.code == .inUse)
        #expect(error.message.contains("stop that server first"), "\(error)")
        let schemas = try server.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'aether'", in: number)
        #expect(schemas.integer(0, 0) == 0)
        await store.close()
    }

    @Test("of an older version's file, or of none, is refused with what to do")
    func unsuitable() async throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Golden/version-1.db")
        try FileManager.default.copyItem(atPath: golden.path, toPath: database.path("old.db"))
        let old = try await refusal(database.path("old.db"))
        #expect(old.message.contains("older version 1, and only version 3 can be migrated; start"), "\(old)")
        #expect(try await refusal(database.path("none.db")).message.contains("there is no database"))
        try Data(repeating: 0x20, count: 5_000).write(to: URL(fileURLWithPath: database.path("text.db")))
        #expect(try await refusal(database.path("text.db")).code == .corrupt)
    }

    @Test("of a damaged database is refused, also where the check is left out", arguments: [true, false])
    func damaged(_ checks: Bool) async throws {
        try await makeSource()
        try edit("UPDATE journal SET previous = 2 WHERE row = 4")
        let error = try await refusal(checks: checks)
        #expect(error.code == .corrupt)
        #expect(error.message.contains(checks ? "findings, the first: workflow closed" : "is damaged"), "\(error)")
        #expect(try rows() == 0)
    }

    @Test("of a database with a finding that keeps no workflow from being read is made where the check is left out")
    func unchecked() async throws {
        try await makeSource()
        try edit("UPDATE bookkeeping SET pending = pending + 5")
        #expect(try await refusal().message.contains("findings"))
        #expect(try await migrate(checks: false).workflows == 7)
    }
}
