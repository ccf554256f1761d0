import AetherRuntime
import AetherServer
import AetherStorage
import AetherTracing
import ArgumentParser
import Foundation
import NGHTTP2Transport
import Testing

@testable import AetherCLI

@Suite("The configuration of aether serve")
struct ConfigurationTests {
    private func configuration(
        flags: [String] = [], environment: [String: String] = [:], file: String = ""
    ) throws -> ServerConfiguration {
        let options = try ServeOptions.parse(flags)
        return try ServerConfiguration(
            options.settings.over(Settings(environment: environment)).over(Settings(toml: file, file: "aether.toml")))
    }

    @Test("is the default when nothing is set")
    func defaults() throws {
        #expect(try configuration() == ServerConfiguration())
    }

    @Test("takes a flag before the environment, that before the file, that before the default")
    func precedence() throws {
        let file = "[server]\ngrpc_port = 1001\nhttp_port = 1002\nhost = \"localhost\"\n[metrics]\nport = 1003"
        let environment = ["AETHER_GRPC_PORT": "2001", "AETHER_HTTP_PORT": "2002"]
        let result = try configuration(flags: ["--grpc-port", "3001"], environment: environment, file: file)
        #expect(result.grpcPort == 3001)
        #expect(result.httpPort == 2002)
        #expect(result.metricsPort == 1003)
        #expect(result.host == "localhost")
        #expect(result.database == .file("./data/aether.db"))
    }

    @Test("reads every key of the file")
    func wholeFile() throws {
        let file = """
            # Aether
            [server]
            host = "127.0.0.2"
            grpc_port = 1
            http_port = 2
            db_path = "/var/lib/aether.db"

            [persistence]
            mode = "snapshot"
            snapshot_interval_ms = 20
            snapshot_steps = 7

            [metrics]
            enabled = false
            port = 3

            [workers]
            grace_ms = 250

            [retention]
            completed_max_age = "30d"
            completed_max_bytes = "20GiB"
            failed_max_age = "90m"
            failed_max_bytes = "0"
            cancelled_max_age = "forever"
            cancelled_max_bytes = "unlimited"
            """
        var expected = ServerConfiguration()
        expected.host = "127.0.0.2"
        expected.grpcPort = 1
        expected.httpPort = 2
        expected.database = .file("/var/lib/aether.db")
        expected.tier = .snapshot
        expected.snapshotInterval = .milliseconds(20)
        expected.snapshotSteps = 7
        expected.isMetricsEnabled = false
        expected.metricsPort = 3
        expected.workerGrace = .milliseconds(250)
        expected.retention[.completed] = RetentionPolicy.Limit(age: .seconds(30 * 86_400), bytes: 20 << 30)
        expected.retention[.failed] = RetentionPolicy.Limit(age: .seconds(5_400), bytes: 0)
        #expect(try configuration(file: file) == expected)
    }

    @Test(
        "has its collector from a flag before the environment, that before the file, that before OpenTelemetry's variables"
    )
    func tracing() throws {
        let file = "[tracing]\notlp_endpoint = \"http://file:1\"\nsample_ratio = 0.25"
        let environment = ["AETHER_OTLP_ENDPOINT": "http://environment:2", "AETHER_TRACE_SAMPLE_RATIO": "0.5"]
        let flags = ["--otlp-endpoint", "https://flag/base", "--trace-sample-ratio", "1"]
        let all = try configuration(flags: flags, environment: environment, file: file)
        #expect(all.tracingEndpoint?.host == "flag" && all.tracingEndpoint?.path == "/base/v1/traces")
        #expect(all.traceSampleRatio == 1)
        var two = try configuration(environment: environment, file: file)
        try two.takeTracing(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://standard:4"])
        #expect(two.tracingEndpoint?.host == "environment" && two.traceSampleRatio == 0.5)
        let one = try configuration(file: file)
        #expect(one.tracingEndpoint?.port == 1 && one.traceSampleRatio == 0.25)
        var none = try configuration()
        #expect(none.tracingEndpoint == nil && none.traceSampleRatio == 1)
        try none.takeTracing(environment: [
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://standard:4", "OTEL_BSP_SCHEDULE_DELAY": "20",
        ])
        #expect(none.tracingEndpoint?.port == 4 && none.tracingInterval == .milliseconds(20))
        let wrong = #expect(throws: CommandFailure.self) {
            try none.takeTracing(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": ""])
            none.tracingEndpoint = nil
            try none.takeTracing(environment: ["OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"])
        }
        #expect(wrong?.message.hasPrefix("OTEL_EXPORTER_OTLP_ENDPOINT names no collector: ") == true)
        for text in ["1.5", "-0.1", "many", "nan"] {
            #expect(throws: CommandFailure.self) { try configuration(flags: ["--trace-sample-ratio=\(text)"]) }
        }
    }

    @Test("knows a PostgreSQL database by its URL, wherever that is given")
    func databaseURL() throws {
        let file = "[server]\ndb_url = \"postgres://host/one\""
        #expect(try configuration(file: file).database == .postgres("postgres://host/one"))
        let environment = ["AETHER_DB": "PostgreSQL://host/two"]
        #expect(try configuration(environment: environment, file: file).database == .postgres("PostgreSQL://host/two"))
        #expect(
            try configuration(flags: ["--db", "postgres.db"], environment: environment).database == .file("postgres.db")
        )
    }

    @Test("ignores an empty variable of the environment")
    func emptyVariable() throws {
        #expect(try configuration(environment: ["AETHER_GRPC_PORT": ""]).grpcPort == 7233)
    }

    @Test(
        "names file, line and key of what is wrong in the file",
        arguments: [
            ("[server]\n\nport = 1", "aether.toml:3: there is no key port in [server]; it has host, grpc_port"),
            ("[sever]\ngrpc_port = 1", "aether.toml:1: there is no table [sever]; the tables are [server]"),
            ("grpc_port = 1", "aether.toml:1: the key grpc_port stands in no table"),
            (
                "[server]\ngrpc_port = \"7\"",
                "aether.toml:2: grpc_port in [server] must be an integer, and is of type string"
            ),
            ("server.http_port = true", "aether.toml:1: http_port in [server] must be an integer, and is of type bool"),
            ("[metrics]\nenabled = 1", "aether.toml:2: enabled in [metrics] must be true or false"),
            ("[server]\ndb_path = \"\"", "aether.toml:2: db_path in [server] is empty"),
            (
                "[server]\ndb_path = \"a.db\"\ndb_url = \"postgres:///a\"",
                "aether.toml:3: db_url in [server] says anew what is said already, at aether.toml:2: db_path in [server]"
            ),
            (
                "[server]\nallowed_hosts = [1]",
                "aether.toml:2: allowed_hosts in [server] must be an array of strings, and is of type array"
            ),
            ("[server]\nhost = 15", "aether.toml:2: host in [server] must be a string"),
            ("[retention]\n[server.more]", "aether.toml:2: there is no table [server.more]"),
            ("[server]\n\n\ngrpc_port = 70000", "aether.toml:4: grpc_port in [server] is '70000'; it must be"),
            ("[persistence]\nmode = \"disk\"", "aether.toml:2: mode in [persistence] is 'disk'; it must be"),
            ("[persistence]\nsnapshot_steps = 0", "aether.toml:2: snapshot_steps in [persistence] is '0'; it must be"),
            ("[server]\ngrpc_port = ", "aether.toml:2: "),
            ("[server]\n[server]", "aether.toml:2: "),
        ])
    func wrongFile(text: String, message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try configuration(file: text) }
        #expect(failure.message.hasPrefix(message))
        #expect(!failure.message.contains("\n"))
        #expect(failure.exitCode == .failure)
    }

    @Test(
        "names the flag or variable of a wrong value",
        arguments: [
            (["--grpc-port", "-1"], "--grpc-port is '-1'; it must be a number from 0 to 65535"),
            (["--http-port", "65536"], "--http-port is '65536'"),
            (["--metrics-port", "x"], "--metrics-port is 'x'"),
            (["--persistence", "L2"], "--persistence is 'L2'; it must be memory, snapshot or state-action-log"),
            (["--snapshot-interval-ms", "0"], "--snapshot-interval-ms is '0'; it must be a number from 1 to 60000"),
            (["--worker-grace-ms", "-5"], "--worker-grace-ms is '-5'"),
            (["--http-port", "7233"], "--http-port gives port 7233 to two services (--grpc-port and --http-port)"),
        ])
    func wrongFlag(flags: [String], message: String) throws {
        let failure = try #require(throws: CommandFailure.self) {
            try configuration(flags: flags.count == 2 ? ["\(flags[0])=\(flags[1])"] : flags)
        }
        #expect(failure.message.hasPrefix(message))
        #expect(failure.exitCode == .validationFailure)
    }

    @Test("lets several ports be 0, which is any free one")
    func freePorts() throws {
        let result = try configuration(flags: ["--grpc-port", "0", "--http-port", "0", "--metrics-port", "0"])
        #expect(result.grpcPort == 0 && result.httpPort == 0 && result.metricsPort == 0)
    }

    @Test("refuses a file that was named and isn't there")
    func missingFile() throws {
        let failure = try #require(throws: CommandFailure.self) { try Settings(file: "/nonexistent/a.toml") }
        #expect(failure.message == "the configuration file /nonexistent/a.toml does not exist; check --config")
    }

    @Test("listens where only this machine reaches it, unless --insecure is given")
    func loopback() throws {
        for host in ["127.0.0.1", "127.9.8.7", "localhost", "::1"] {
            try BindPolicy.check(on(host), isInsecureAllowed: false)
        }
        for host in ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org", "example.org"] {
            #expect(throws: CommandFailure.self) { try BindPolicy.check(on(host), isInsecureAllowed: false) }
            try BindPolicy.check(on(host), isInsecureAllowed: true)
        }
    }

    private func on(_ host: String, tls: TLSFiles? = nil, tokens: TokenSource? = nil) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        (configuration.host, configuration.tls, configuration.tokens) = (host, tls, tokens)
        return configuration
    }

    @Test("listens for other machines with both TLS and tokens, and says which is missing")
    func exposed() throws {
        let (tls, tokens) = (TLSFiles(certificate: "c", key: "k"), TokenSource.file("t"))
        try BindPolicy.check(on("0.0.0.0", tls: tls, tokens: tokens), isInsecureAllowed: false)
        let missing: [(ServerConfiguration, String)] = [
            (on("0.0.0.0"), "without TLS (--tls-cert, --tls-key) and tokens (--tokens-file): "),
            (on("0.0.0.0", tls: tls), "without tokens (--tokens-file): "),
            (on("0.0.0.0", tokens: tokens), "without TLS (--tls-cert, --tls-key): "),
        ]
        for (configuration, message) in missing {
            let failure = try #require(throws: CommandFailure.self) {
                try BindPolicy.check(configuration, isInsecureAllowed: false)
            }
            #expect(failure.message.contains(message))
        }
    }

    @Test("takes TLS files and tokens, and wants a key with a certificate")
    func security() throws {
        let file = """
            [tls]
            cert_file = "server.pem"
            key_file = "server.key"
            client_ca_file = "clients.pem"
            [auth]
            tokens_file = "tokens"
            [server]
            allowed_hosts = ["a.example", "b.example"]
            """
        let result = try configuration(flags: ["--tls-cert", "other.pem"], file: file)
        #expect(result.tls == TLSFiles(certificate: "other.pem", key: "server.key", authorities: "clients.pem"))
        #expect(result.tokens == .file("tokens"))
        #expect(result.allowedHosts == ["a.example", "b.example"])
        #expect(try configuration(environment: ["AETHER_ALLOWED_HOSTS": "a, b"]).allowedHosts == ["a", "b"])
        for wrong in ["--tls-cert", "--tls-key", "--tls-client-ca"] {
            let failure = try #require(throws: CommandFailure.self) { try configuration(flags: [wrong, "x"]) }
            #expect(failure.message.hasPrefix("\(wrong) needs both a certificate and its key"))
        }
    }

    @Test("takes tokens from the environment, not from there and a file, and never shows them")
    func tokens() throws {
        let secret = String(repeating: "s", count: 40)
        var result = try configuration()
        try result.takeTokens(environment: ["AETHER_TOKENS": "admin ada \(secret)"])
        #expect(try result.tokens?.read() == TokenSet("admin ada \(secret)", source: "test"))
        #expect(!"\(String(describing: result.tokens))".contains(secret))
        var both = try configuration(flags: ["--tokens-file", "t"])
        let failure = try #require(throws: CommandFailure.self) {
            try both.takeTokens(environment: ["AETHER_TOKENS": "admin ada \(secret)"])
        }
        #expect(failure.message.contains("give one of the two") && !failure.message.contains(secret))
    }
}
