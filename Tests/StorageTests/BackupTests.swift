import AetherRuntime
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AetherStorage

@Suite("A backup")
struct BackupTests {
    let database: TemporaryDatabase
    private let care = DatabaseCare()
    private let now = Timestamp(rawValue: 1_700_000_000_000)

    init() throws {
        database = try TemporaryDatabase()
    }

    private func sample() async throws -> SQLiteStore {
        let store = try await database.open()
        try await SampleRuns.write(to: store)
        return store
    }

    private var files: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: database.directory.path)) }
    }

    private func backUp(
        _ source: String? = nil, to name: String = "backup.db", replaces: Bool = false, checks: Bool = true,
        progress: @escaping @Sendable (DatabaseCare.Progress) -> Void = { _ in }
    ) async throws -> DatabaseCare.Copy {
        try await care.backUp(
            source ?? database.path(), to: database.path(name), replaces: replaces, checks: checks, progress: progress)
    }

    private func restore(
        _ name: String = "backup.db", to target: String = "aether.db", replaces: Bool = true, incarnation: UInt64 = 5
    ) async throws -> DatabaseCare.Copy {
        try await care.restore(
            database.path(name), to: database.path(target), incarnation: incarnation, replaces: replaces, checks: true,
            at: now)
    }

    private func refusal(_ body: () async throws -> DatabaseCare.Copy) async throws -> StoreError {
        try await #require(throws: StoreError.self) { _ = try await body() }
    }

    private func ids(_ store: SQLiteStore) async throws -> [String] {
        try await store.list(WorkflowFilter(), after: nil, limit: 100).map(\.id.rawValue).sorted()
    }

    @Test("beside an open store is one file that has all that was committed, also what only the log had")
    func online() async throws {
        let store = try await sample()
        let copy = try await backUp()
        #expect(copy.examination?.workflows == 7)
        #expect(copy.examination?.findings == 0)
        #expect(try files.filter { $0.hasPrefix("backup") } == ["backup.db"])
        #expect(try FileManager.default.attributesOfItem(atPath: copy.path)[.size] as? Int == copy.bytes)
        let restored = try await restore(to: "new.db", replaces: false)
        let other = try await database.open(restored.path)
        #expect(try await ids(other) == ids(store))
        #expect(try await other.journal(of: WorkflowID(rawValue: "leased"), after: 0, limit: 9).count == 3)
        await other.close()
        await store.close()
    }

    @Test(
        "is of one moment although the store is written to meanwhile: no page is copied twice", .timeLimit(.minutes(5)))
    func consistent() async throws {
        let store = try await sample()
        _ = try await store.commit(
            (0..<100).flatMap { [.start("w-\($0)", state: .pending), .steps("w-\($0)", 2...9, size: 16_000)] })
        let isDone = Mutex(false)
        async let writes: Void = {
            for index in 0..<200 {
                _ = try await store.commit([
                    .start("v-\(index)", state: .pending), .steps("v-\(index)", 2...3, size: 4_000),
                ])
            }
            isDone.withLock { $0 = true }
        }()
        let goesBack = Mutex((last: 0, found: false))
        repeat {
            goesBack.withLock { $0.last = 0 }
            let copy = try await backUp(replaces: true) { progress in
                guard progress.phase == .copy else { return }
                goesBack.withLock { state in
                    if progress.done < state.last { state.found = true }
                    state.last = progress.done
                }
            }
            #expect(copy.examination?.findings == 0)
        } while !isDone.withLock { $0 }
        try await writes
        #expect(goesBack.withLock { !$0.found && $0.last > 1_024 })
        await store.close()
    }

    @Test("takes the place of a file only when told to")
    func existing() async throws {
        let store = try await sample()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: database.path("backup.db")))
        #expect(try await refusal { try await backUp() }.message.contains("exists already"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: database.path("backup.db"))) == Data("precious".utf8))
        #expect(try await refusal { try await backUp(to: "aether.db", replaces: true) }.message.contains("itself"))
        _ = try await backUp(replaces: true)
        #expect(try await DatabaseCare().examine(path: database.path("backup.db")) { _ in }.workflows == 7)
        await store.close()
    }

    @Test("of a damaged database is refused with the first finding, and made all the same when not checked")
    func damaged() async throws {
        let store = try await sample()
        await store.close()
        let queue = try DatabaseQueue(path: store.path)
        try await queue.write { try $0.execute(sql: "DELETE FROM journal WHERE row = 4") }
        try queue.close()
        let error = try await refusal { try await backUp() }
        #expect(error.message.contains("1 findings, the first: workflow closed: row 4"))
        #expect(try files.allSatisfy { !$0.hasPrefix("backup") })
        #expect(try await backUp(checks: false).examination == nil)
    }

    @Test("that can't be made leaves nothing behind", arguments: ["missing/backup.db", "none.db"])
    func failures(_ name: String) async throws {
        let store = try await sample()
        await store.close()
        let before = try files
        let source = name == "none.db" ? database.path("none") : nil
        let error = try await refusal { try await backUp(source, to: name) }
        #expect(error.code == .inaccessible)
        #expect(try files == before)
    }

    @Test("that is cancelled leaves nothing behind")
    func cancelled() async throws {
        let store = try await sample()
        let before = try files
        let task = Task {
            // The first step is done by then: the copy has begun.
            try await backUp { _ in withUnsafeCurrentTask { $0?.cancel() } }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try files == before)
        await store.close()
    }

    @Test("is restored as it was, and keeps the database that was there, with what only its log had")
    func restoring() async throws {
        let store = try await sample()
        _ = try await backUp()
        _ = try await store.commit([.start("later")])
        let crashed = try database.copy(store.path)
        await store.close()
        let copy = try await care.restore(
            database.path("backup.db"), to: crashed, incarnation: 5, replaces: true, checks: true, at: now)
        let aside = try #require(copy.keptAside)
        #expect(aside == crashed + ".before-restore-20231114T221320000")
        let (restored, old) = (try await database.open(crashed), try await database.open(aside))
        #expect(try await !ids(restored).contains("later"))
        #expect(try await ids(old).contains("later"))
        await restored.close()
        await old.close()
        #expect(try files.allSatisfy { !$0.contains("partial") })
    }

    @Test("is not restored over a database that a server has, nor over one unless told to")
    func refused() async throws {
        let store = try await sample()
        _ = try await backUp()
        #expect(try await refusal { try await restore() }.code == .inUse)
        await store.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: store.path))
        #expect(try await refusal { try await restore(replaces: false) }.message.contains("already"))
        let queue = try DatabaseQueue(path: database.path("backup.db"))
        try await queue.write { try $0.execute(sql: "DELETE FROM journal WHERE row = 4") }
        try queue.close()
        #expect(try await refusal { try await restore() }.code == .corrupt)
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.path)) == before)
        #expect(try files.allSatisfy { !$0.contains("partial") && !$0.contains("before-restore") })
    }

    @Test("a log that lies where the database was deleted does not get into the restored one")
    func staleLog() async throws {
        let store = try await sample()
        _ = try await backUp()
        let gone = try database.copy(store.path)
        await store.close()
        try FileManager.default.removeItem(atPath: gone)
        #expect(FileManager.default.fileExists(atPath: gone + "-wal"))
        _ = try await care.restore(
            database.path("backup.db"), to: gone, incarnation: 5, replaces: false, checks: true, at: now)
        #expect(!FileManager.default.fileExists(atPath: gone + "-wal"))
        let restored = try await database.open(gone)
        #expect(try await ids(restored).count == 7)
        await restored.close()
    }

    @Test("each restored database has the life that it was given, and keeps it")
    func incarnation() async throws {
        let store = try await sample()
        #expect(store.incarnation == 0)
        _ = try await backUp()
        await store.close()
        _ = try await restore(incarnation: 5)
        let restored = try await database.open()
        #expect(restored.incarnation == 5)
        await restored.close()
        let again = try await database.open()
        #expect(again.incarnation == 5)
        await again.close()
    }

    @Test("of an older version is brought up to date when it is restored")
    func older() async throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Golden/version-1.db")
        try FileManager.default.copyItem(atPath: golden.path, toPath: database.path("backup.db"))
        _ = try await care.restore(
            database.path("backup.db"), to: database.path(), incarnation: 5, replaces: false, checks: false, at: now)
        let store = try await database.open()
        #expect(try await store.counts().active == 2)
        await store.close()
    }
}
