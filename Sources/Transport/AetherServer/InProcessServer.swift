internal import GRPCCore
package import GRPCInProcessTransport
package import Logging
internal import ServiceLifecycle

/// A server for this process alone: the services of a whole one, without a port.
package struct InProcessServer: Service {
    private let core: ServerCore
    private let transport = InProcessTransport()
    private let grpc: GRPCServer<InProcessTransport.Server>

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - configuration: limits, defaults and where the database is; its addresses are not used.
    ///   - logger: hears of trouble.
    /// - Throws: `StoreError` when the database can't be opened; the message says why and what to do.
    package init(configuration: ServerConfiguration, logger: Logger) async throws {
        core = try await ServerCore(configuration: configuration, logger: logger)
        grpc = GRPCServer(transport: transport.server, services: core.services)
    }

    /// The way in.
    package var client: InProcessTransport.Client { transport.client }

    /// Serves until a graceful shutdown or a cancellation; see `AetherServer/run()`.
    package func run() async throws {
        try await core.run([{ try await grpc.serve() }], stopping: { grpc.beginGracefulShutdown() })
    }
}
