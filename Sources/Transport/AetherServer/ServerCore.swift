internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import AetherTracing
internal import CoreMetrics
internal import GRPCCore
internal import Logging
internal import ServiceLifecycle

/// The engine over its stores with the services in front of it: all of a server but the ways in.
struct ServerCore: Sendable {
    let engine: Engine
    let health: HealthStatus
    /// Reads all that is measured.
    let metrics: MetricsReader
    /// What was measured in the last hours, as long as ``sampler`` runs.
    let history = MetricsHistory()
    /// Sends spans to a collector, as long as it runs; nil where there is none.
    let exporter: SpanExporter?
    private let clock: EngineClock
    private let stores: [any WorkflowStore]
    /// What people call the database; empty for stores that were handed in.
    let databaseName: String
    let serverID = WorkflowIDGenerator.make()

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - configuration: limits, defaults and where the database is.
    ///   - store: takes the place of the database; closed when the core ends.
    ///   - logger: hears of trouble.
    /// - Throws: `StoreError` when the database can't be opened; the message says why and what to do. ``ServerStartError`` when
    ///   there can be no spans.
    init(configuration: ServerConfiguration, store: (any WorkflowStore)? = nil, logger: Logger) async throws {
        let exporter = try SpanExporter(configuration, logger: logger)
        let registry = MetricsRegistry()
        let instruments = EngineMetrics(factory: registry.factory())
        let database =
            if let store {
                await OpenDatabase(store)
            } else {
                try await OpenDatabase(configuration.database, instruments: instruments)
            }
        let clock = EngineClock.system(notBefore: database.newestTime)
        let ahead = clock.now().rawValue - EngineClock.system().now().rawValue
        if ahead > 1000 {
            logger.warning(
                "the wall clock was set back: time goes on from what was written last",
                metadata: [LogKey.behindSeconds: "\(ahead / 1000)"])
        }
        self.init(
            stores: [.stateActionLog: database.store, .memory: MemoryStore()], databaseName: database.name,
            configuration: EngineConfiguration(configuration), clock: clock, registry: registry,
            instruments: instruments, exporter: exporter, sampleRatio: configuration.traceSampleRatio, logger: logger)
    }

    /// A core over stores that it closes when it ends.
    init(
        stores: [PersistenceTier: any WorkflowStore], configuration: EngineConfiguration, clock: EngineClock,
        logger: Logger
    ) {
        let registry = MetricsRegistry()
        self.init(
            stores: stores, configuration: configuration, clock: clock, registry: registry,
            instruments: EngineMetrics(factory: registry.factory()), logger: logger)
    }

    private init(
        stores: [PersistenceTier: any WorkflowStore], databaseName: String = "", configuration: EngineConfiguration,
        clock: EngineClock,
        registry: MetricsRegistry, instruments: EngineMetrics, exporter: SpanExporter? = nil, sampleRatio: Double = 1,
        logger: Logger
    ) {
        let health = HealthStatus()
        self.health = health
        self.clock = clock
        self.exporter = exporter
        self.stores = Array(stores.values)
        self.databaseName = databaseName
        engine = Engine(
            stores: stores, configuration: configuration, clock: clock, logger: logger, instruments: instruments,
            tracer: exporter.map { EngineTracer(sampleRatio: sampleRatio, exporter: $0, random: clock.random) },
            availabilityChanged: { health.set(isServing: $0) })
        metrics = MetricsReader(
            engine: engine, clock: clock, registry: registry, gauges: EngineGauges(factory: registry.factory()))
    }

    /// Fills ``history``, while it runs.
    var sampler: MetricsSampler {
        MetricsSampler(clock: clock, history: history, read: { [metrics] in try await metrics.read() })
    }

    var clientService: ClientService { ClientService(engine: engine) }
    var workerService: WorkerService { WorkerService(engine: engine, serverID: serverID) }
    var adminService: AdminService { AdminService(engine: engine, metrics: metrics) }

    /// Tells pages what changes.
    func eventHub(logger: Logger) -> EventHub {
        EventHub(
            boot: serverID.filter { $0 != "-" }, engine: engine, sleep: engine.sleep,
            newestSample: { [history] in history.newest.map { ($0.number, $0.sample.json) } },
            logger: logger)
    }

    /// What clients and workers call.
    ///
    /// - Parameter peers: the other servers of the database, where there may be some.
    /// - Returns: the services.
    func services(_ peers: Peers?) -> [any RegistrableRPCService] {
        var (clients, workers, admin) = (clientService, workerService, adminService)
        clients.peers = peers
        workers.peers = peers
        admin.peers = peers
        let names = [
            Aether_V1_ClientService.descriptor, Aether_V1_WorkerService.descriptor, Aether_V1_AdminService.descriptor,
        ]
        let standard: [any RegistrableRPCService] =
            [HealthService(status: health, services: Set(names.map(\.fullyQualifiedService)))]
            + [ReflectionService()].compactMap { $0 }
        return [clients, workers, admin] + standard
    }

    /// Works until a graceful shutdown or a cancellation, or until one of the ways in fails; then
    /// drains: ends the streams of tasks, answers what is under way, commits what was decided, and closes the database.
    ///
    /// - Parameters:
    ///   - listeners: the ways in; each runs until it is told to stop.
    ///   - stop: tells them.
    /// - Throws: what a listener throws.
    func run(
        _ listeners: [@Sendable () async throws -> Void], stopping stop: @escaping @Sendable () -> Void
    ) async throws {
        let result = await withTaskGroup(of: Void.self, returning: Result<Void, any Error>.self) { group in
            group.addTask { await engine.run() }
            let result: Result<Void, any Error>
            do {
                try await listen(listeners, stopping: stop)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await engine.beginStop()
            engine.finish()
            await group.waitForAll()
            return result
        }
        for store in stores { await store.close() }
        try result.get()
    }

    private func listen(
        _ listeners: [@Sendable () async throws -> Void], stopping stop: @escaping @Sendable () -> Void
    ) async throws {
        let shutdown = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for listener in listeners { group.addTask { try await listener() } }
            group.addTask {
                for await _ in shutdown.stream { break }
                await engine.beginStop()
                health.finish()
                stop()
            }
            try await withTaskCancellationOrGracefulShutdownHandler {
                // Not waitForAll(): the first port that fails ends the others.
                for try await _ in group {}
            } onCancelOrGracefulShutdown: {
                shutdown.continuation.finish()
            }
        }
    }
}

extension EngineConfiguration {
    fileprivate init(_ server: ServerConfiguration) {
        self.init()
        tier = server.tier
        snapshotInterval = server.snapshotInterval
        snapshotSteps = server.snapshotSteps
        workerGrace = server.workerGrace
        maximumValueBytes = server.maximumValueBytes
        retention = server.retention
    }
}
