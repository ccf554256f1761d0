public import ServiceLifecycle

/// Workflows and activities served as a `Service`, for processes that run several services in a `ServiceGroup`.
///
/// Made with ``AetherClient/worker(_:)``. A graceful shutdown of the group lets steps under way end and gives the runs
/// back to the server.
public struct AetherWorker: Service {
    let client: AetherClient
    let servables: [any Servable]

    /// Serves until the task is cancelled or a graceful shutdown begins. See ``AetherClient/serve(_:)``.
    ///
    /// - Throws: ``AetherError`` when the server refuses the registration.
    public func run() async throws {
        try await client.serve(servables)
    }
}

extension AetherClient {
    /// The workflows and activities as a service that serves them.
    ///
    /// - Parameter servables: the workflows and activities to serve; each name once.
    /// - Returns: the service, to be run.
    public func worker(_ servables: [any Servable]) -> AetherWorker {
        AetherWorker(client: self, servables: servables)
    }
}
