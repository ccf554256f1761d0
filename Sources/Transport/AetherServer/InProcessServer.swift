package import AetherActors
package import AetherProtocol
package import AetherRuntime
package import AetherStorage
package import Logging
internal import ServiceLifecycle

/// A server for this process alone: the services of a whole one, called without a port.
package struct InProcessServer: Service {
    private let core: ServerCore

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - configuration: limits, defaults and where the database is; its addresses are not used.
    ///   - logger: hears of trouble.
    /// - Throws: `StoreError` when the database can't be opened; the message says why and what to do.
    package init(configuration: ServerConfiguration, logger: Logger) async throws {
        core = try await ServerCore(configuration: configuration, logger: logger)
    }

    /// Makes a server over stores of the caller's, which it closes when it ends.
    ///
    /// - Parameters:
    ///   - stores: where the runs of each tier live.
    ///   - configuration: limits and defaults.
    ///   - clock: time and randomness.
    ///   - logger: hears of trouble.
    package init(
        stores: [PersistenceTier: any WorkflowStore], configuration: EngineConfiguration, clock: EngineClock,
        logger: Logger
    ) {
        core = ServerCore(stores: stores, configuration: configuration, clock: clock, logger: logger)
    }

    /// What clients call.
    package var clientService: some Aether_V1_ClientService.SimpleServiceProtocol { core.clientService }
    /// What workers call.
    package var workerService: some Aether_V1_WorkerService.SimpleServiceProtocol { core.workerService }

    /// `Advance` of what workers call, without messages.
    package func advance(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        try await core.workerService.advance(request)
    }

    /// Serves until a graceful shutdown or a cancellation; see `AetherServer/run()`.
    package func run() async throws {
        // Nobody asks a server without a port, so its gauges would never be set.
        guard MetricsRegistry.hasBackend else { return try await core.run([], stopping: {}) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await core.sampler.run() }
            defer { group.cancelAll() }
            try await core.run([], stopping: {})
        }
    }
}
