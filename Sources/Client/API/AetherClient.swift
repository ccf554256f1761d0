internal import FoundationEssentials
public import Logging
internal import NGHTTP2Transport
internal import Synchronization

/// The way to an Aether server: makes workflows, starts them, and serves them as a worker.
///
/// One client a process is enough. It connects when it is first used, and again whenever the connection breaks.
public final class AetherClient: Sendable {
    public struct Configuration: Sendable {
        /// How long a call is repeated while the server can't be reached, before it throws.
        public var requestTimeout: Duration = .seconds(30)
        /// How many runs and activities this worker executes at once; at least 1. A run that only waits, for a timer, a
        /// child, an activity or a signal, does not count.
        public var maximumConcurrentTasks = 1000
        /// How many runs this worker keeps in memory, those that only wait included. When there are more, those that have
        /// waited longest are given back to the server; each comes back, here or elsewhere, with its journal, and is
        /// replayed, once something it waits for happens. A run with a step under way is never given back.
        public var maximumRunsInMemory = 10_000
        /// How long steps under way may go on when ``AetherClient/serve(_:)`` is to end.
        public var shutdownGrace: Duration = .seconds(10)

        /// Whether ``AetherClient/serve(_:_:)`` starts a server in this process when nothing listens at a URL of this machine.
        public var startsServer = true

        /// The token that the server knows this process by; by default that of the environment variable `AETHER_TOKEN`, if it is
        /// set. It is sent over TLS, or to this machine, only.
        public var token: String?
        /// The PEM file of the CAs of which one has to have signed the server's certificate, if its URL is of `https`; by default
        /// that of `AETHER_TLS_CA`, else those of the system.
        public var caCertificateFile: String?
        /// The PEM file of the certificate this process shows to a server that asks for one, with those up to its CA; by default
        /// that of `AETHER_TLS_CLIENT_CERT`.
        public var clientCertificateFile: String?
        /// The PEM file of the private key of that certificate; by default that of `AETHER_TLS_CLIENT_KEY`.
        public var clientKeyFile: String?
        /// Whether the token may go to other machines without TLS too: for networks that nobody else reads.
        public var allowsPlaintextToken = false

        public init() {}

        var credentials: ServerCredentials {
            var credentials = ServerCredentials(environment: ProcessInfo.processInfo.environment)
            if let token { credentials.token = token }
            if let caCertificateFile { credentials.tls.authorities = caCertificateFile }
            if let clientCertificateFile { credentials.tls.certificate = clientCertificateFile }
            if let clientKeyFile { credentials.tls.key = clientKeyFile }
            credentials.allowsPlaintextToken = allowsPlaintextToken
            return credentials
        }
    }

    /// The server's URL; `in-process` for an embedded one.
    public var serverURL: String { place.description }
    /// This worker's name, stable over restarts if given: the server then gives back the runs this process still has.
    public let workerID: String
    /// The service whose activities this worker may do, besides those of none.
    public let service: String?
    let configuration: Configuration
    let logger: Logger
    let place: ServerPlace
    /// The server that all clients use in the current task and its children, whatever their URL; only in tests.
    @TaskLocal static var ambient: (any ServerCalls)?
    private let opened = Mutex<ClientConnection?>(nil)

    /// Makes a client; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - serverURL: such as `http://localhost:7233`.
    ///   - workerID: this worker's name, one for each process; by default one that is made up.
    ///   - service: the service this worker is part of; activities that ask for a service go to its workers only.
    ///   - configuration: limits.
    ///   - logger: hears of trouble with the server.
    public convenience init(
        serverURL: String = "http://localhost:7233",
        workerID: String? = nil,
        service: String? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "aether")
    ) {
        self.init(.url(serverURL), workerID: workerID, service: service, configuration: configuration, logger: logger)
    }

    init(
        _ place: ServerPlace, workerID: String?, service: String?, configuration: Configuration, logger: Logger
    ) {
        self.place = place
        self.workerID = workerID ?? "worker-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        self.service = service
        self.configuration = configuration
        self.logger = logger
    }

    /// The connection for everything but this worker's tasks, which have their own.
    var connection: ClientConnection {
        get throws(AetherError) {
            if let server = Self.ambient {
                return ClientConnection(server, at: "in-process", requestTimeout: configuration.requestTimeout)
            }
            if let known = opened.withLock({ $0 }) { return known }
            let connection = ClientConnection(
                try place.connect(configuration.credentials), at: serverURL,
                requestTimeout: configuration.requestTimeout)
            // That of an embedded server ends with it.
            guard case .url = place else { return connection }
            return opened.withLock { opened in
                if let opened { return opened }
                opened = connection
                return connection
            }
        }
    }
}
