internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import AetherTracing
internal import Foundation
internal import GRPCCore
package import Logging
package import NGHTTP2Transport
internal import ServiceLifecycle
internal import Synchronization

/// A whole server: the engine over its stores, behind gRPC and HTTP.
package struct AetherServer: Service {
    private typealias GRPC = GRPCServer<NGHTTP2ServerTransport>

    private let configuration: ServerConfiguration
    private let credentials: Credentials
    private let core: ServerCore
    private let transport: NGHTTP2ServerTransport
    private let grpc: GRPC
    private let http: HTTPListener
    private let metrics: HTTPListener?
    private let events: EventHub
    /// The other servers of the database; nil where it is this one's alone.
    private let peers: Peers?
    /// What a request to the HTTP API may have around the largest value.
    private static let envelopeBytes = 64 * 1024

    /// Opens the database; nothing listens yet.
    ///
    /// - Throws: `StoreError` when the database can't be opened, ``ServerStartError`` when a certificate or the tokens can't be
    ///   used; the message says why and what to do.
    package init(configuration: ServerConfiguration, logger: Logger) async throws {
        let credentials = try Credentials(configuration, logger: logger)
        let core = try await ServerCore(configuration: configuration, logger: logger)
        self.configuration = configuration
        self.credentials = credentials
        self.core = core

        let peers = try core.engine.isShared ? Peers(configuration, engine: core.engine, logger: logger) : nil
        core.engine.peers = peers
        self.peers = peers

        let snapshot = { @Sendable in try await ServerSnapshot(core.engine) }
        let notReadyReason = { @Sendable () async throws -> String? in
            if let reason = core.engine.unavailability { return reason }
            return try await snapshot().notReadyReason
        }
        let known = KnownAddresses()
        let hosts = AllowedHosts([configuration.host] + configuration.allowedHosts)
        let pageGuard = PageGuard(access: credentials.access, hosts: hosts)
        events = core.eventHub(logger: logger)
        let api = API(
            engine: core.engine, events: events,
            bodies: BodyBudget(maximumBytes: configuration.maximumValueBytes + Self.envelopeBytes),
            server: ServerDescription(
                id: core.serverID, startedAt: core.engine.now, database: core.databaseName,
                tier: configuration.tier, history: core.history, addresses: { try await known.addresses },
                role: { credentials.access?.role(authorization: $0) }),
            peers: peers)
        var workers = core.workerService
        workers.peers = peers
        let node = peers.map { peers in
            NodeService(
                engine: core.engine, clients: core.clientService, workers: core.workerService,
                admin: core.adminService, api: api.alone, peers: peers)
        }
        transport = NGHTTP2ServerTransport(
            address: .hostPort(host: configuration.host, port: configuration.grpcPort),
            configuration: Self.transportLimits(configuration),
            unaryHandlers: [workers.advanceHandler] + (node.map { [$0.advanceHandler] } ?? []),
            tls: credentials.certificates.map { certificates -> TLSContextProvider in { certificates.grpc } },
            authorize: credentials.access?.authorizer)
        grpc = GRPCServer(transport: transport, services: core.services(peers) + (node.map { [$0] } ?? []))

        var limits = HTTPLimits()
        limits.maxBodyBytes = configuration.maximumValueBytes + Self.envelopeBytes
        http = HTTPListener(
            .main(api) { try await known.addresses }, host: configuration.host, port: configuration.httpPort,
            guard: pageGuard,
            tls: credentials.certificates.map { certificates -> TLSContextProvider in { certificates.http } },
            limits: limits, logger: logger, notReadyReason: notReadyReason, snapshot: snapshot)
        metrics =
            configuration.isMetricsEnabled
            ? HTTPListener(
                .metrics { PrometheusText(try await core.metrics.readAll().families) },
                host: configuration.host, port: configuration.metricsPort, guard: pageGuard,
                tls: credentials.certificates.map { certificates -> TLSContextProvider in { certificates.metrics } },
                logger: logger, notReadyReason: notReadyReason, snapshot: snapshot)
            : nil
        let server = self
        known.set { try await server.addresses }
    }

    /// The database as people name it, without a password.
    package var databaseName: String { core.databaseName }

    /// What connections are held to.
    package static func transportLimits(_ configuration: ServerConfiguration) -> NGHTTP2ServerTransport.Configuration {
        var limits = NGHTTP2ServerTransport.Configuration()
        limits.shutdownGracePeriod = configuration.drainTimeout
        // A client may wait for thousands of results at once.
        limits.maxConcurrentStreams = 100_000
        return limits
    }

    /// Where the server listens, once it does.
    ///
    /// - Throws: ``ServerStartError`` when a port can't be had.
    package var addresses: ServerAddresses {
        get async throws {
            ServerAddresses(
                host: configuration.host,
                grpcPort: try await grpcPort,
                httpPort: try await http.boundPort,
                metricsPort: try await metrics?.boundPort,
                isSecure: configuration.tls != nil
            )
        }
    }

    private var grpcPort: Int {
        get async throws {
            do {
                guard case .hostPort(_, let port) = try await transport.listeningAddress else {
                    return configuration.grpcPort
                }
                return port
            } catch let error as TransportError {
                throw startError(error)
            }
        }
    }

    private func startError(_ error: TransportError) -> ServerStartError {
        let (host, port) = (configuration.host, configuration.grpcPort)
        return error.code == .addressInUse
            ? .portInUse(host: host, port: port, purpose: "gRPC", flag: "--grpc-port")
            : .cannotBind(host: host, port: port, purpose: "gRPC", flag: "--grpc-port", reason: "\(error)")
    }

    /// Serves until a graceful shutdown or a cancellation; then drains: ends the streams of tasks, answers what is under
    /// way, commits what was decided, and closes the database.
    ///
    /// - Throws: ``ServerStartError`` when a port can't be had.
    package func run() async throws {
        let listener: @Sendable () async throws -> Void = {
            do {
                try await grpc.serve()
            } catch {
                throw Self.cause(error).map(startError) ?? error
            }
        }
        var listeners: [@Sendable () async throws -> Void] = [listener, { try await http.run() }]
        listeners.append { await events.run() }
        if let metrics { listeners.append({ try await metrics.run() }) }
        try await withThrowingTaskGroup(of: Void.self) { [listeners] group in
            group.addTask { await credentials.watch(revoked: cutCalls) }
            group.addTask { await core.sampler.run() }
            group.addTask { try await keepMembership() }
            group.addTask { await peers?.run() }
            // Cancelled when all else has ended, it sends what is left.
            group.addTask { await core.exporter?.run() }
            defer { group.cancelAll() }
            defer { peers?.finish() }
            try await core.run(listeners, stopping: { grpc.beginGracefulShutdown() })
        }
    }

    /// Returns once calls find the server of every workflow: at once, unless several share the database.
    package func untilServed() async {
        await core.engine.untilServed()
    }

    private func keepMembership() async throws {
        let addresses = try await addresses
        let host =
            TransportAddress.isWildcard(host: configuration.host) ? ProcessInfo.processInfo.hostName : addresses.host
        await core.engine.keepMembership {
            ClusterNode(
                id: WorkflowIDGenerator.make(), address: configuration.nodeAddress ?? "\(host):\(addresses.grpcPort)",
                version: AetherVersion.current)
        }
    }

    /// Reads certificates and tokens again, as it happens by itself some seconds after their files have changed. New connections
    /// get the new certificates; calls under way whose token is gone are ended. Files that can't be used are logged, and
    /// what was read before stays.
    package func reloadCredentials() {
        credentials.reload(revoked: cutCalls)
    }

    private func cutCalls(of tokens: Set<String>) {
        if tokens.isEmpty { return }
        events.cut()
        transport.cutCalls(
            of: tokens,
            RPCError(code: .unauthenticated, message: "the token was removed, or allows something else now"))
    }

    private static func cause(_ error: any Error) -> TransportError? {
        (error as? TransportError) ?? ((error as? RuntimeError)?.cause as? TransportError)
    }
}

/// The server's addresses for the page that shows them, which is made before they are known.
private final class KnownAddresses: Sendable {
    private let source = Mutex<(@Sendable () async throws -> ServerAddresses)?>(nil)

    func set(_ source: @escaping @Sendable () async throws -> ServerAddresses) {
        self.source.withLock { $0 = source }
    }

    var addresses: ServerAddresses {
        get async throws {
            guard let source = source.withLock({ $0 }) else { throw CancellationError() }
            return try await source()
        }
    }
}

extension ServerSnapshot {
    fileprivate init(_ engine: Engine) async throws {
        let metrics = try await engine.metrics()
        self.init(
            counts: metrics.workflows, connectedWorkers: metrics.connectedWorkers,
            notReadyReason: metrics.unavailability)
    }
}
