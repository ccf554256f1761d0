import AetherRuntime
import Foundation
import GRDB
import Testing

@testable import AetherStorage

/// Databases that older versions wrote, each left as by a server that was killed: heads lag behind the journal.
@Suite("A database of an older version")
struct GoldenDatabaseTests {
    let database: TemporaryDatabase

    init() throws {
        database = try TemporaryDatabase()
    }

    /// A copy of a golden file.
    private func golden(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
        let path = database.path(name)
        try FileManager.default.copyItem(atPath: folder.appendingPathComponent(name).path, toPath: path)
        return path
    }

    private func sequences(_ store: SQLiteStore, _ id: String) async throws -> [UInt64] {
        try await store.journal(of: WorkflowID(rawValue: id), after: 0, limit: 100).map(\.sequence)
    }

    @Test("version 1 is migrated with every workflow and entry it has; nothing in it is passive")
    func version1() async throws {
        let store = try await database.open(golden("version-1.db"))
        #expect(try await store.pragma("user_version") == "3")
        #expect(try await sequences(store, "open") == Array(1...7))
        #expect(try await sequences(store, "pending") == [1])
        #expect(try await sequences(store, "closed") == [1, 2, 3, 4])
        #expect(try await store.counts() == WorkflowCounts([.pending: 1, .running: 1, .completed: 1]))
        #expect(try await store.openWorkflows(after: nil, limit: 9).map(\.rawValue) == ["open", "pending"])
        #expect(try await store.nextWake() == nil)
        let closed = try await store.summary(of: WorkflowID(rawValue: "closed"))
        #expect(
            closed
                == WorkflowSummary(
                    id: WorkflowID(rawValue: "closed"), type: "order", tier: .stateActionLog, state: .completed,
                    createdAt: Timestamp(rawValue: 1_000), startedAt: Timestamp(rawValue: 1_001),
                    completedAt: Timestamp(rawValue: 1_002)))
        await store.close()
    }

    @Test("version 1 goes on as one that was made today: workflows rest, wake, go on and are replaced")
    func version1GoesOn() async throws {
        let path = try golden("version-1.db")
        let store = try await database.open(path)
        var resting = try #require(try await store.summary(of: WorkflowID(rawValue: "open")))
        resting.isPassive = true
        resting.wakeAt = Timestamp(rawValue: 5_000)
        _ = try await store.commit([
            .steps("open", 8...8), WorkflowWrite(id: resting.id, summary: resting, entries: []),
        ])
        var replacing = WorkflowWrite.start("closed")
        replacing.replaces = .closed
        #expect(try await store.commit([replacing]) == [])
        await store.close()
        let again = try await database.open(path)
        #expect(try await again.dueWorkflows(before: Timestamp(rawValue: 5_000), limit: 9) == [resting.id])
        #expect(try await again.openWorkflows(after: nil, limit: 9).map(\.rawValue) == ["closed", "pending"])
        #expect(try await sequences(again, "open") == Array(1...8))
        #expect(try await sequences(again, "closed") == [1])
        await again.close()
    }

    @Test("a migration from version 1 that fails leaves the file as it was")
    func failingMigration() async throws {
        let path = try golden("version-1.db")
        let error = try await #require(throws: StoreError.self) {
            _ = try await database.open(path) {
                $0.schema.steps.append { try $0.execute(sql: "CREATE TABLE workflow (x)") }
            }
        }
        #expect(error.code == .inaccessible)
        let queue = try DatabaseQueue(path: path)
        let (version, columns) = try await queue.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA user_version"),
                try database.columns(in: "workflow").map(\.name)
            )
        }
        try queue.close()
        #expect(version == 1)
        #expect(!columns.contains("passive"))
    }
}
