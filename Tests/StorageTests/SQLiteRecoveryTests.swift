import AetherRuntime
import Foundation
import GRDB
import Testing

@testable import AetherStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("What a SQLite store does when things go wrong")
struct SQLiteRecoveryTests {
    let database: TemporaryDatabase

    init() throws {
        database = try TemporaryDatabase()
    }

    private func length(_ store: SQLiteStore, _ id: String) async throws -> Int {
        try await store.journal(of: WorkflowID(rawValue: id), after: 0, limit: 100_000).count
    }

    @Test("a killed process leaves every acknowledged entry, and no lock")
    func kill() async throws {
        let path = database.path()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            _ = try await store.commit([.start("a"), .start("b")])
            for sequence in UInt64(2)...100 { _ = try await store.commit([.steps("a", sequence...sequence)]) }
            raise(SIGKILL)
        }
        let store = try await database.open(path)
        #expect(try await length(store, "a") == 100)
        #expect(try await length(store, "b") == 1)
        await store.close()
    }

    @Test("heads lag in the file until they are written, and are mended when it is opened")
    func heads() async throws {
        let store = try await database.open()
        _ = try await store.commit([.start("a"), .steps("a", 2...3)])
        _ = try await store.commit([.steps("a", 4...4)])
        #expect(try await head(database.copy(store.path)) == 3)
        let mended = try await database.open(database.copy(store.path))
        #expect(try await head(mended.path) == 4)
        #expect(try await length(mended, "a") == 4)
        await store.writeHeads()
        #expect(try await head(database.copy(store.path)) == 4)
        await store.close()
        await mended.close()
    }

    @Test("a statement that failed in its middle can be run again: a read error is over when the disk is well")
    func failedStatement() async throws {
        let store = try await database.open()
        await store.close()
        let connection = try SQLConnection(context: SQLContext(path: store.path, purpose: .reading))
        let statement = try connection.prepare("SELECT abs(?)")
        try statement.bind(.min as Int64, at: 1)
        #expect(throws: StoreError.self, "its absolute value is no integer") { try statement.step() }
        try statement.bind(-5 as Int64, at: 1)
        #expect(try statement.step())
        #expect(statement.integer(0) == 5)
        connection.close()
    }

    @Test("says when it was written last, whichever workflow that was")
    func newestTime() async throws {
        let store = try await database.open()
        #expect(try await store.newestTime() == nil)
        _ = try await store.commit([.start("a"), .start("b")])
        _ = try await store.commit([.steps("a", 2...3)])
        let last = try await store.lastEntry(of: WorkflowID(rawValue: "a"))
        #expect(try await store.newestTime() == last?.time)
        await store.close()
        let again = try await database.open()
        #expect(try await again.newestTime() == last?.time)
        await again.close()
    }

    @Test("rows of the journal are not numbered again when the last ones were deleted")
    func rowNumbers() async throws {
        let first = try await database.open()
        _ = try await first.commit([.start("a"), .start("b", state: .completed), .steps("b", 2...3)])
        #expect(try await first.delete([WorkflowID(rawValue: "b")]).count == 1)
        await first.close()
        let second = try await database.open()
        _ = try await second.commit([.steps("a", 2...2)])
        let survivor = try await database.open(database.copy(second.path))
        #expect(try await length(survivor, "a") == 2)
        await survivor.close()
        await second.close()
    }

    @Test("how long transactions took to reach the disk is told, of those that did")
    func synced() async throws {
        let (durations, told) = AsyncStream<Duration>.makeStream()
        let store = try await database.open(database.path()) { $0.synced = { told.yield($0) } }
        for id in ["a", "b"] { _ = try await store.commit([.start(id)]) }
        await #expect(throws: StoreError.self) { try await store.commit([.steps("nobody", 2...2)]) }
        told.finish()
        let syncs = await durations.reduce(into: []) { $0.append($1) }
        #expect(syncs.count == 2)
        #expect(syncs.allSatisfy { $0 > .zero && $0 < .seconds(30) })
        await store.close()
    }

    @Test("the heads are written by the clock, once, and an idle store leaves the clock alone")
    func timer() async throws {
        let clock = ManualClock()
        let store = try await database.open {
            $0.clock = clock
            $0.headInterval = .seconds(1)
        }
        _ = try await store.commit([.start("a")])
        _ = try await store.commit([.steps("a", 2...2)])
        // Commits went on before the first round; the second writes the heads, the third forgets what nobody touches.
        await clock.advanceToNextSleeper()
        await clock.advanceToNextSleeper()
        await clock.advanceToNextSleeper()
        #expect(try await head(database.copy(store.path)) == 2)
        while await store.isWaitingToWriteHeads() { await Task.yield() }
        #expect(clock.sleeperCount == 0)
        await store.close()
    }

    @Test("a full disk refuses the batch as a whole; the next one goes through when there is room")
    func fullDisk() async throws {
        let store = try await database.open { $0.maximumPages = 60 }
        _ = try await store.commit([.start("a")])
        let big = [.steps("a", 2...3), .start("b"), WorkflowWrite.steps("a", 4...60, size: 8_000)]
        let error = try await #require(throws: StoreError.self) { _ = try await store.commit(big) }
        #expect(error.code == .unwritable)
        #expect(error.message.contains(store.path))
        #expect(try await length(store, "a") == 1)
        #expect(try await store.summary(of: WorkflowID(rawValue: "b")) == nil)
        #expect(try await store.counts() == WorkflowCounts([.running: 1]))
        _ = try await store.commit([.steps("a", 2...2)])
        try await store.limitPages(100_000)
        try await store.probe()
        _ = try await store.commit([.steps("a", 3...60, size: 8_000), .start("b")])
        #expect(try await length(store, "a") == 60)
        #expect(store.statistics().commits == 3)
        await store.close()
    }

    @Test("a probe fails while there is no room, and says so")
    func probe() async throws {
        let store = try await database.open { $0.maximumPages = 20 }
        let error = try await #require(throws: StoreError.self) { try await store.probe() }
        #expect(error.code == .unwritable)
        try await store.limitPages(1_000)
        try await store.probe()
        await store.close()
    }

    @Test("a write that the file system refuses is rolled back, and later ones succeed")
    func failingWrites() async throws {
        let path = database.path()
        await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await SQLiteStore(path: path)
            _ = try await store.commit([.start("a")])
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let unlimited = limit.rlim_cur
            limit.rlim_cur = 200_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.commit([.steps("a", 2...100, size: 8_000)])
            }
            #expect(error?.code == .unwritable)
            limit.rlim_cur = unlimited
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            _ = try await store.commit([.steps("a", 2...100, size: 8_000)])
            let length = try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 1_000).count
            #expect(length == 100)
            await store.close()
        }
    }

    @Test("a journal whose chain is broken is reported as damaged, not given in part")
    func damage() async throws {
        let store = try await database.open()
        _ = try await store.commit([.start("a"), .steps("a", 2...9)])
        await store.close()
        let queue = try DatabaseQueue(path: store.path)
        try await queue.write { try $0.execute(sql: "DELETE FROM journal WHERE row = 5") }
        try queue.close()
        let damaged = try await database.open()
        let error = try await #require(throws: StoreError.self) { _ = try await length(damaged, "a") }
        #expect(error.code == .corrupt)
        await damaged.close()
    }

    /// The head of the workflow `a` as the file has it.
    private func head(_ path: String) async throws -> Int64? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try await queue.read { try Int64.fetchOne($0, sql: "SELECT head FROM workflow WHERE id = 'a'") }
    }
}
