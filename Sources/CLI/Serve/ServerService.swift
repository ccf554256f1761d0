internal import AetherServer
internal import Logging
internal import ServiceLifecycle

/// The server as a service of the process: a graceful shutdown drains it.
struct ServerService: Service {
    let server: AetherServer
    let logger: Logger
    /// Told once it serves.
    let onServing: @Sendable (ServerAddresses) throws -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await server.run()
                } onGracefulShutdown: {
                    logger.notice("the server is stopping")
                }
            }
            group.addTask {
                let addresses = try await server.addresses
                await server.untilServed()
                try onServing(addresses)
            }
            // Not waitForAll(): it would go on serving when the ready file can't be written.
            for try await _ in group {}
        }
    }
}
