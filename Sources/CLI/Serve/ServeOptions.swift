internal import ArgumentParser

/// The flags of `aether serve` that set what a file and the environment can set too.
struct ServeOptions: ParsableArguments {
    @Option(help: "A configuration file. Default: aether.toml in this directory, if there is one.")
    var config: String?

    @Option(help: "The address to listen on. Default: 127.0.0.1. (AETHER_HOST)")
    var host: String?

    @Option(help: "gRPC, for workers and clients; 0 takes any free port. Default: 7233. (AETHER_GRPC_PORT)")
    var grpcPort: String?

    @Option(help: "HTTP, for people; 0 takes any free port. Default: 7234. (AETHER_HTTP_PORT)")
    var httpPort: String?

    @Option(help: "Metrics, for Prometheus; 0 takes any free port. Default: 9090. (AETHER_METRICS_PORT)")
    var metricsPort: String?

    @Flag(inversion: .prefixedNo, help: "Whether there is a metrics port. Default: yes. (AETHER_METRICS_ENABLED)")
    var metrics: Bool?

    @Option(
        help:
            "The database: a SQLite file, made when it isn't there, or postgres://… Default: ./data/aether.db. (AETHER_DB)"
    )
    var db: String?

    @Option(
        help:
            "How durable workflows are: memory, snapshot or state-action-log. Default: state-action-log. (AETHER_PERSISTENCE)"
    )
    var persistence: String?

    @Option(
        help:
            "How long steps may lag behind the disk at the tier snapshot, in ms. Default: 100. (AETHER_SNAPSHOT_INTERVAL_MS)"
    )
    var snapshotIntervalMs: String?

    @Option(
        help: "How many steps of a workflow may lag at the tier snapshot. Default: 64. (AETHER_SNAPSHOT_STEPS)")
    var snapshotSteps: String?

    @Option(
        help:
            "How long a worker that lost its connection keeps its workflows, in ms. Default: 5000. (AETHER_WORKER_GRACE_MS)"
    )
    var workerGraceMs: String?

    @Option(
        help:
            "How long completed workflows are kept: forever, 12h, 30d. Default: forever. (AETHER_COMPLETED_MAX_AGE)"
    )
    var completedMaxAge: String?

    @Option(
        help:
            "How much the journals of completed workflows may take: unlimited, 20GiB. Default: unlimited. (AETHER_COMPLETED_MAX_BYTES)"
    )
    var completedMaxBytes: String?

    @Option(
        help:
            "How long failed workflows are kept: forever, 12h, 30d. Default: forever. (AETHER_FAILED_MAX_AGE)"
    )
    var failedMaxAge: String?

    @Option(
        help:
            "How much the journals of failed workflows may take: unlimited, 20GiB. Default: unlimited. (AETHER_FAILED_MAX_BYTES)"
    )
    var failedMaxBytes: String?

    @Option(
        help:
            "How long cancelled workflows are kept: forever, 12h, 30d. Default: forever. (AETHER_CANCELLED_MAX_AGE)"
    )
    var cancelledMaxAge: String?

    @Option(
        help:
            "How much the journals of cancelled workflows may take: unlimited, 20GiB. Default: unlimited. (AETHER_CANCELLED_MAX_BYTES)"
    )
    var cancelledMaxBytes: String?

    @Option(
        help: "The PEM file of the server's certificate, with those up to its CA: TLS on every port. (AETHER_TLS_CERT)")
    var tlsCert: String?

    @Option(help: "The PEM file of the certificate's private key. (AETHER_TLS_KEY)")
    var tlsKey: String?

    @Option(
        help:
            "The PEM file of the CAs of clients: gRPC and HTTP then take no client without a certificate. (AETHER_TLS_CLIENT_CA)"
    )
    var tlsClientCa: String?

    @Option(
        help:
            "A file of lines ROLES NAME TOKEN, which only its owner can read: every call needs one. (AETHER_TOKENS_FILE)"
    )
    var tokensFile: String?

    @Option(
        help:
            "Names, joined by commas, besides localhost under which browsers may ask for pages. (AETHER_ALLOWED_HOSTS)")
    var allowedHosts: String?

    @Option(
        help:
            "The least severe messages to log: trace, debug, info, notice, warning, error, critical. Default: notice. (AETHER_LOG_LEVEL)"
    )
    var logLevel: String?

    @Option(
        help:
            "How messages are logged: text, json, or auto, which is text on a terminal. Default: auto. (AETHER_LOG_FORMAT)"
    )
    var logFormat: String?

    @Option(
        help:
            "The OpenTelemetry collector that spans are sent to, as http://localhost:4318; none are made without. (AETHER_OTLP_ENDPOINT)"
    )
    var otlpEndpoint: String?

    @Option(
        help:
            "Of the traces that begin at the server, how many are recorded, 0 to 1. Default: 1. (AETHER_TRACE_SAMPLE_RATIO)"
    )
    var traceSampleRatio: String?

    @Option(
        help:
            "Where the other servers of one PostgreSQL database reach this one, host:port. Default: where it listens. (AETHER_NODE_ADDRESS)"
    )
    var nodeAddress: String?

    /// What the flags set.
    var settings: Settings {
        let texts: [(Setting, String?)] = [
            (.host, host), (.grpcPort, grpcPort), (.httpPort, httpPort), (.metricsPort, metricsPort),
            (.metricsEnabled, metrics.map { String($0) }), (.database, db), (.tier, persistence),
            (.snapshotInterval, snapshotIntervalMs), (.snapshotSteps, snapshotSteps), (.workerGrace, workerGraceMs),
            (.completedMaximumAge, completedMaxAge), (.completedMaximumBytes, completedMaxBytes),
            (.failedMaximumAge, failedMaxAge), (.failedMaximumBytes, failedMaxBytes),
            (.cancelledMaximumAge, cancelledMaxAge), (.cancelledMaximumBytes, cancelledMaxBytes),
            (.tlsCertificate, tlsCert), (.tlsKey, tlsKey), (.tlsClientCA, tlsClientCa), (.tokensFile, tokensFile),
            (.allowedHosts, allowedHosts), (.logLevel, logLevel), (.logFormat, logFormat),
            (.otlpEndpoint, otlpEndpoint),
            (.traceSampleRatio, traceSampleRatio),
            (.nodeAddress, nodeAddress),
        ]
        var settings = Settings()
        for (setting, text) in texts {
            guard let text else { continue }
            settings[setting] = SettingValue(text: text, origin: setting.flag, exitCode: .validationFailure)
        }
        return settings
    }
}
