internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NGHTTP2Transport
internal import NIOCore
internal import ServiceLifecycle

/// One HTTP port of the server, as a service: it listens while ``run()`` runs, and ends with a graceful shutdown.
struct HTTPListener: ServiceLifecycle.Service {
    /// Which pages the port serves.
    enum Pages: Sendable {
        /// The dashboard, the API, the text page, and health.
        case main(API, @Sendable () async throws -> ServerAddresses)
        /// Prometheus metrics, and health.
        case metrics(@Sendable () async throws -> PrometheusText)
    }

    private let pages: Pages
    private let host: String
    private let port: Int
    private let pageGuard: PageGuard
    private let tls: TLSContextProvider?
    private let limits: HTTPLimits
    private let notReadyReason: (@Sendable () async throws -> String?)?
    private let snapshot: @Sendable () async throws -> ServerSnapshot
    private let logger: Logger
    private let bound = BoundPort()

    /// A port that is not listened on yet; port 0 takes any free one.
    ///
    /// `snapshot` is called for each request. `logger` hears of what is critical only: Hummingbird calls the ordinary
    /// end of a cancelled connection an error.
    init(
        _ pages: Pages, host: String, port: Int, guard pageGuard: PageGuard, tls: TLSContextProvider? = nil,
        limits: HTTPLimits = HTTPLimits(), logger: Logger,
        notReadyReason: (@Sendable () async throws -> String?)? = nil,
        snapshot: @escaping @Sendable () async throws -> ServerSnapshot
    ) {
        self.pages = pages
        self.host = host
        self.port = port
        self.pageGuard = pageGuard
        self.tls = tls
        self.limits = limits
        self.notReadyReason = notReadyReason
        self.snapshot = snapshot
        var logger = logger
        logger.logLevel = .critical
        self.logger = logger
    }

    /// The port listened on, as soon as it is.
    ///
    /// - Throws: ``ServerStartError`` when it can't be had; `CancellationError` when the caller is cancelled.
    var boundPort: Int {
        get async throws { try await bound.value() }
    }

    /// Listens and serves until a graceful shutdown, or until the task is cancelled. To be called once.
    ///
    /// - Throws: ``ServerStartError`` when the port can't be had.
    func run() async throws {
        let bound = bound
        let application = Application(
            router: router,
            server: HTTPServerBuilder { [tls, limits] in SecureHTTPChannel(responder: $0, tls: tls, limits: limits) },
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in bound.set(.success(channel.localAddress?.port ?? 0)) },
            logger: logger)
        do {
            try await application.run()
            bound.set(.failure(CancellationError()))
        } catch {
            let error = startError(for: error)
            bound.set(.failure(error))
            throw error
        }
    }

    /// The pages; in front of all of them, also of what isn't there, is the guard.
    var router: Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: pageGuard)
        router.addHealthRoutes(notReadyReason: notReadyReason ?? { [snapshot] in try await snapshot().notReadyReason })
        switch pages {
        case .main(let api, let addresses):
            api.add(to: router)
            router.addDashboard { [snapshot] in
                await TextPage.response(snapshot: snapshot, addresses: addresses)
            }
        case .metrics(let metrics):
            router.addMetricsRoute(metrics: metrics)
        }
        return router
    }

    private func startError(for error: any Error) -> any Error {
        guard let error = error as? IOError else { return error }
        let (purpose, flag) =
            switch pages {
            case .main: ("HTTP", "--http-port")
            case .metrics: ("metrics", "--metrics-port")
            }
        return ServerStartError.binding(host: host, port: port, purpose: purpose, flag: flag, error: error)
    }
}
