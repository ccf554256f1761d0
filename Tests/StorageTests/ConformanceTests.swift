import AetherStorage
import AetherStoreConformance
import Testing

@Suite("The contract of WorkflowStore")
struct ConformanceTests {
    @Test("the memory store keeps it", arguments: StoreConformance.checks)
    func memory(_ check: StoreCheck) async throws {
        try await StoreConformance(makeStore: { MemoryStore() }).run(check)
    }

    @Test("the SQLite store keeps it", .timeLimit(.minutes(5)), arguments: StoreConformance.checks)
    func sqlite(_ check: StoreCheck) async throws {
        let database = try TemporaryDatabase()
        let conformance = StoreConformance(
            reopen: { try await database.open(#require($0 as? SQLiteStore).path) },
            crash: { try await database.open(database.copy(#require($0 as? SQLiteStore).path)) },
            makeStore: { try await database.open(database.freshPath()) })
        try await conformance.run(check)
    }

    @Test("the SQLite store keeps it when it writes heads after every batch", arguments: StoreConformance.checks)
    func sqliteWithFewHeads(_ check: StoreCheck) async throws {
        let database = try TemporaryDatabase()
        let open: @Sendable (String) async throws -> SQLiteStore = { path in
            try await database.open(path) {
                $0.maximumTail = 1
                $0.checkpointPages = 1
            }
        }
        let conformance = StoreConformance(
            reopen: { try await open(#require($0 as? SQLiteStore).path) },
            crash: { try await open(database.copy(#require($0 as? SQLiteStore).path)) },
            makeStore: { try await open(database.freshPath()) })
        try await conformance.run(check)
    }
}
