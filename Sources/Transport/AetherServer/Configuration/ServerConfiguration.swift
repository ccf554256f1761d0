package import AetherRuntime
package import AetherStorage
package import AetherTracing
package import NGHTTP2Transport

/// Everything a server can be told. The defaults are those of `aether serve` without a flag.
package struct ServerConfiguration: Sendable, Hashable {
    /// The address every port is bound to.
    package var host = "127.0.0.1"
    /// gRPC. 0 takes any free port.
    package var grpcPort = 7233
    /// The text page, the health of the server. 0 takes any free port.
    package var httpPort = 7234
    /// Prometheus metrics. 0 takes any free port; see ``isMetricsEnabled``.
    package var metricsPort = 9090
    /// Whether ``metricsPort`` is opened at all.
    package var isMetricsEnabled = true
    /// Where journals are kept.
    package var database = DatabaseLocation.file("./data/aether.db")
    /// Where the other servers of a shared database reach this one, host:port; nil for where it listens.
    package var nodeAddress: String?
    /// What this server shows the others of a shared database, where they ask for tokens.
    package var nodeToken: String?
    /// The tier of runs whose start and whose type ask for none.
    package var tier = PersistenceTier.stateActionLog
    /// How long the steps of a run at the tier `snapshot` may be acknowledged before they are on disk.
    package var snapshotInterval = Duration.milliseconds(100)
    /// How many steps of a run at the tier `snapshot` may be acknowledged before they are on disk.
    package var snapshotSteps = 64
    /// How long a worker whose stream broke keeps its leases.
    package var workerGrace = Duration.seconds(5)
    /// The largest input, result or payload accepted, in bytes.
    package var maximumValueBytes = 2 * 1024 * 1024
    /// How long a shutdown waits for calls in progress before it ends them.
    package var drainTimeout = Duration.seconds(4)
    /// How long ended runs are kept.
    package var retention = RetentionPolicy()

    /// TLS on every port; nil for plaintext.
    package var tls: TLSFiles?
    /// Who may do what; nil to let everyone do everything.
    package var tokens: TokenSource?
    /// The names, besides those of this machine, under which browsers may ask for pages.
    package var allowedHosts: [String] = []

    /// The collector that spans are sent to; nil to make none.
    package var tracingEndpoint: OTLPEndpoint?
    /// Sent with spans, such as a key of the collector's.
    package var tracingHeaders: [String: String] = [:]
    /// How long spans wait for others to go with.
    package var tracingInterval = Duration.seconds(5)
    /// Of the traces that begin at the server, how many are recorded: 0 to 1.
    package var traceSampleRatio = 1.0

    /// How long a shutdown waits for the last spans to be sent.
    package var flushTimeout: Duration { tracingEndpoint == nil ? .zero : .seconds(2) }

    package init() {}
}
