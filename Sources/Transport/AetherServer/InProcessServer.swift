package import AetherActors
package import AetherProtocol
package import AetherRuntime
package import AetherStorage
package import Logging
internal import ServiceLifecycle

/// A server for this process alone: the services of a whole one, called without a port.
package struct InProcessServer: Service {
    /// How a server is one of several that share a database.
    package struct Cluster: Sendable {
        /// How the others reach it; with a new id each time.
        let describe: @Sendable () -> ClusterNode
        /// Makes the connection to another one.
        let connect: @Sendable (ClusterNode) -> any PeerConnection

        package init(
            describe: @escaping @Sendable () -> ClusterNode,
            connect: @escaping @Sendable (ClusterNode) -> any PeerConnection
        ) {
            self.describe = describe
            self.connect = connect
        }
    }

    private let core: ServerCore
    private let cluster: Cluster?
    /// The other servers of the database; `nil` where it is this one's alone.
    private let peers: Peers?

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - configuration: limits, defaults and where the database is; its addresses are not used.
    ///   - store: takes the place of the database; closed when the server ends.
    ///   - logger: hears of trouble.
    /// - Throws: `StoreError` when the database can't be opened; the message says why and what to do.
    package init(
        configuration: ServerConfiguration, store: (any WorkflowStore)? = nil, logger: Logger
    ) async throws {
        core = try await ServerCore(configuration: configuration, store: store, logger: logger)
        (cluster, peers) = (nil, nil)
    }

    /// Makes a server over stores of the caller's, which it closes when it ends.
    ///
    /// - Parameters:
    ///   - stores: where the runs of each tier live.
    ///   - configuration: limits and defaults.
    ///   - clock: time and randomness.
    ///   - logger: hears of trouble.
    ///   - cluster: its place among the others, if one of the stores is shared with them.
    package init(
        stores: [PersistenceTier: any WorkflowStore], configuration: EngineConfiguration, clock: EngineClock,
        logger: Logger, cluster: Cluster? = nil
    ) {
        let core = ServerCore(stores: stores, configuration: configuration, clock: clock, logger: logger)
        self.core = core
        self.cluster = cluster
        peers = cluster.map { Peers(engine: core.engine, connect: $0.connect, logger: logger) }
        core.engine.peers = peers
    }

    /// What clients call.
    package var clientService: some Aether_V1_ClientService.SimpleServiceProtocol {
        var service = core.clientService
        service.peers = peers
        return service
    }

    /// What workers call.
    package var workerService: some Aether_V1_WorkerService.SimpleServiceProtocol { workers }

    private var workers: WorkerService {
        var service = core.workerService
        service.peers = peers
        return service
    }

    /// What the other servers of the database call; `nil` where it is this one's alone.
    package var nodeService: (any Aether_V1_NodeService.SimpleServiceProtocol)? {
        peers.map { peers in
            NodeService(
                engine: core.engine, clients: core.clientService, workers: core.workerService,
                admin: core.adminService, api: nil, peers: peers)
        }
    }

    /// `Advance` of what workers call, without messages.
    package func advance(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        try await workers.advance(request)
    }

    /// Serves until a graceful shutdown or a cancellation; see `AetherServer/run()`.
    package func run() async throws {
        // Nobody asks a server without a port, so its gauges would never be set.
        guard MetricsRegistry.hasBackend || cluster != nil else { return try await core.run([], stopping: {}) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if MetricsRegistry.hasBackend { group.addTask { await core.sampler.run() } }
            if let cluster, let peers {
                group.addTask { await core.engine.keepMembership(as: cluster.describe) }
                group.addTask { await peers.run() }
            }
            defer { group.cancelAll() }
            defer { peers?.finish() }
            try await core.run([], stopping: {})
        }
    }
}
