import AetherStorage
import AetherStoreConformance
import Testing

@Suite(
    "The contract of WorkflowStore, on PostgreSQL",
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.missing)"))
struct PostgresConformanceTests {
    @Test("the PostgreSQL store keeps it", .timeLimit(.minutes(5)), arguments: StoreConformance.checks)
    func postgres(_ check: StoreCheck) async throws {
        try await run(check) { _ in }
    }

    @Test(
        "the PostgreSQL store keeps it when it has to look up nearly every workflow", .timeLimit(.minutes(5)),
        arguments: StoreConformance.checks)
    func withFewPlaces(_ check: StoreCheck) async throws {
        try await run(check) { $0.maximumPlaces = 1 }
    }

    private func run(
        _ check: StoreCheck, _ change: @escaping @Sendable (inout PostgresStore.Configuration) -> Void
    ) async throws {
        let server = try PostgresServer.shared()
        let conformance = StoreConformance(
            reopen: { try await server.open(theDatabaseOf: $0, change) },
            crash: { try await server.open(server.copy(#require($0 as? PostgresStore)), change) },
            makeStore: { try await server.open(server.makeDatabase(), change) })
        try await conformance.run(check)
    }
}
