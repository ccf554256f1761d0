/// One thing that a server can be told, and the names it has in each of the three places where it can be told.
enum Setting: CaseIterable, Hashable, Sendable {
    case host
    case grpcPort
    case httpPort
    case metricsPort
    case metricsEnabled
    case database
    case tier
    case snapshotInterval
    case snapshotSteps
    case workerGrace
    case completedMaximumAge
    case completedMaximumBytes
    case failedMaximumAge
    case failedMaximumBytes
    case cancelledMaximumAge
    case cancelledMaximumBytes
    case tlsCertificate
    case tlsKey
    case tlsClientCA
    case tokensFile
    case allowedHosts
    case logLevel
    case logFormat
    case otlpEndpoint
    case traceSampleRatio
    case nodeAddress

    /// The type of the value in `aether.toml`.
    enum Kind: String, Sendable {
        case text = "a string"
        case integer = "an integer"
        case boolean = "true or false"
        case number = "a number"
        case list = "an array of strings"
    }

    var kind: Kind {
        switch self {
        case .host, .database, .tier, .completedMaximumAge, .completedMaximumBytes, .failedMaximumAge,
            .failedMaximumBytes,
            .cancelledMaximumAge, .cancelledMaximumBytes:
            .text
        case .grpcPort, .httpPort, .metricsPort, .snapshotInterval, .snapshotSteps, .workerGrace: .integer
        case .metricsEnabled: .boolean
        case .traceSampleRatio: .number
        case .tlsCertificate, .tlsKey, .tlsClientCA, .tokensFile, .logLevel, .logFormat, .otlpEndpoint, .nodeAddress:
            .text
        case .allowedHosts: .list
        }
    }

    var flag: String {
        switch self {
        case .host: "--host"
        case .grpcPort: "--grpc-port"
        case .httpPort: "--http-port"
        case .metricsPort: "--metrics-port"
        case .metricsEnabled: "--metrics"
        case .database: "--db"
        case .tier: "--persistence"
        case .snapshotInterval: "--snapshot-interval-ms"
        case .snapshotSteps: "--snapshot-steps"
        case .workerGrace: "--worker-grace-ms"
        case .completedMaximumAge: "--completed-max-age"
        case .completedMaximumBytes: "--completed-max-bytes"
        case .failedMaximumAge: "--failed-max-age"
        case .failedMaximumBytes: "--failed-max-bytes"
        case .cancelledMaximumAge: "--cancelled-max-age"
        case .cancelledMaximumBytes: "--cancelled-max-bytes"
        case .tlsCertificate: "--tls-cert"
        case .tlsKey: "--tls-key"
        case .tlsClientCA: "--tls-client-ca"
        case .tokensFile: "--tokens-file"
        case .allowedHosts: "--allowed-hosts"
        case .logLevel: "--log-level"
        case .logFormat: "--log-format"
        case .otlpEndpoint: "--otlp-endpoint"
        case .traceSampleRatio: "--trace-sample-ratio"
        case .nodeAddress: "--node-address"
        }
    }

    var environmentName: String {
        switch self {
        case .host: "AETHER_HOST"
        case .grpcPort: "AETHER_GRPC_PORT"
        case .httpPort: "AETHER_HTTP_PORT"
        case .metricsPort: "AETHER_METRICS_PORT"
        case .metricsEnabled: "AETHER_METRICS_ENABLED"
        case .database: "AETHER_DB"
        case .tier: "AETHER_PERSISTENCE"
        case .snapshotInterval: "AETHER_SNAPSHOT_INTERVAL_MS"
        case .snapshotSteps: "AETHER_SNAPSHOT_STEPS"
        case .workerGrace: "AETHER_WORKER_GRACE_MS"
        case .completedMaximumAge: "AETHER_COMPLETED_MAX_AGE"
        case .completedMaximumBytes: "AETHER_COMPLETED_MAX_BYTES"
        case .failedMaximumAge: "AETHER_FAILED_MAX_AGE"
        case .failedMaximumBytes: "AETHER_FAILED_MAX_BYTES"
        case .cancelledMaximumAge: "AETHER_CANCELLED_MAX_AGE"
        case .cancelledMaximumBytes: "AETHER_CANCELLED_MAX_BYTES"
        case .tlsCertificate: "AETHER_TLS_CERT"
        case .tlsKey: "AETHER_TLS_KEY"
        case .tlsClientCA: "AETHER_TLS_CLIENT_CA"
        case .tokensFile: "AETHER_TOKENS_FILE"
        case .allowedHosts: "AETHER_ALLOWED_HOSTS"
        case .logLevel: "AETHER_LOG_LEVEL"
        case .logFormat: "AETHER_LOG_FORMAT"
        case .otlpEndpoint: "AETHER_OTLP_ENDPOINT"
        case .traceSampleRatio: "AETHER_TRACE_SAMPLE_RATIO"
        case .nodeAddress: "AETHER_NODE_ADDRESS"
        }
    }

    /// Where `aether.toml` may say it: once.
    var fileKeys: [FileKey] {
        self == .database ? [fileKey, FileKey(table: "server", key: "db_url")] : [fileKey]
    }

    /// Table and key in `aether.toml`.
    var fileKey: FileKey {
        switch self {
        case .host: FileKey(table: "server", key: "host")
        case .grpcPort: FileKey(table: "server", key: "grpc_port")
        case .httpPort: FileKey(table: "server", key: "http_port")
        case .database: FileKey(table: "server", key: "db_path")
        case .tier: FileKey(table: "persistence", key: "mode")
        case .snapshotInterval: FileKey(table: "persistence", key: "snapshot_interval_ms")
        case .snapshotSteps: FileKey(table: "persistence", key: "snapshot_steps")
        case .metricsEnabled: FileKey(table: "metrics", key: "enabled")
        case .metricsPort: FileKey(table: "metrics", key: "port")
        case .workerGrace: FileKey(table: "workers", key: "grace_ms")
        case .completedMaximumAge: FileKey(table: "retention", key: "completed_max_age")
        case .completedMaximumBytes: FileKey(table: "retention", key: "completed_max_bytes")
        case .failedMaximumAge: FileKey(table: "retention", key: "failed_max_age")
        case .failedMaximumBytes: FileKey(table: "retention", key: "failed_max_bytes")
        case .cancelledMaximumAge: FileKey(table: "retention", key: "cancelled_max_age")
        case .cancelledMaximumBytes: FileKey(table: "retention", key: "cancelled_max_bytes")
        case .tlsCertificate: FileKey(table: "tls", key: "cert_file")
        case .tlsKey: FileKey(table: "tls", key: "key_file")
        case .tlsClientCA: FileKey(table: "tls", key: "client_ca_file")
        case .tokensFile: FileKey(table: "auth", key: "tokens_file")
        case .allowedHosts: FileKey(table: "server", key: "allowed_hosts")
        case .logLevel: FileKey(table: "log", key: "level")
        case .logFormat: FileKey(table: "log", key: "format")
        case .otlpEndpoint: FileKey(table: "tracing", key: "otlp_endpoint")
        case .traceSampleRatio: FileKey(table: "tracing", key: "sample_ratio")
        case .nodeAddress: FileKey(table: "cluster", key: "node_address")
        }
    }
}
