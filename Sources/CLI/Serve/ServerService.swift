internal import AetherServer
internal import ServiceLifecycle

/// The server as a service of the process: a graceful shutdown drains it.
struct ServerService: Service {
    let server: AetherServer
    /// Told once it serves.
    let onServing: @Sendable (ServerAddresses) throws -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try onServing(await server.addresses) }
            // Not waitForAll(): it would go on serving when the ready file can't be written.
            for try await _ in group {}
        }
    }
}
