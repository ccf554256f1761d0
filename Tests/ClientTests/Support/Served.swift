import Logging

@testable import Aether

/// Lets a worker work while a body runs.
func serving(
    _ servables: [any Servable], on server: WorkerServer, service: String? = nil,
    _ configure: (inout AetherClient.Configuration) -> Void = { _ in },
    _ body: @escaping @Sendable () async throws -> Void
) async throws {
    var configuration = AetherClient.Configuration()
    configure(&configuration)
    var logger = Logger(label: "test")
    logger.handler = SwiftLogNoOpLogHandler()
    let client = AetherClient(workerID: "w", service: service, configuration: configuration, logger: logger)
    let worker = try Worker(client: client, servables, calls: server)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await worker.run() }
        try await worker.untilRegistered()
        await server.until { $0.streamCount > 0 }
        try await body()
        worker.stop()
        try await group.waitForAll()
    }
}
