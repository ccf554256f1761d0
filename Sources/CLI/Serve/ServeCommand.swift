internal import AetherRuntime
internal import AetherServer
internal import AetherStorage
internal import ArgumentParser
internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// `aether serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs a server until Ctrl-C.",
        discussion: """
            A flag wins over its environment variable, that over aether.toml, that over the default. Ctrl-C or SIGTERM \
            lets what runs come to a durable end, then stops; a second Ctrl-C stops at once.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Allow an address that other machines reach, although TLS or tokens are missing.")
    var insecure = false

    @Option(help: "Write {pid, grpc, http, metrics} here as JSON once the server serves; for scripts.")
    var readyFile: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try options.settings.over(Settings(environment: environment)).over(
            Settings(file: options.config))
        let configuration = try configuration(settings, environment)
        try LogSettings(settings).bootstrap()
        let logger = Logger(label: "aether")
        OpenFileLimit.raise()
        do {
            let server = try await AetherServer(configuration: configuration, logger: logger)
            try await serve(server, configuration: configuration, logger: logger)
        } catch let error as CommandFailure {
            throw error
        } catch let error as ServerStartError {
            throw CommandFailure(error.message)
        } catch let error as StoreError {
            throw CommandFailure(error.message)
        } catch {
            throw CommandFailure("the server stopped: \(Cell.visible("\(error)"))")
        }
    }

    private func configuration(
        _ settings: Settings, _ environment: [String: String]
    ) throws(CommandFailure) -> ServerConfiguration {
        var configuration = try ServerConfiguration(settings)
        try configuration.takeTokens(environment: environment)
        try configuration.takeTracing(environment: environment)
        try BindPolicy.check(configuration, isInsecureAllowed: insecure)
        return configuration
    }

    private func serve(
        _ server: AetherServer, configuration: ServerConfiguration, logger: Logger
    ) async throws {
        let readyFile = readyFile
        let service = ServerService(server: server, logger: logger) { addresses in
            // First, so that who reads the banner finds the file.
            if let readyFile { try ReadyFile.write(addresses, to: readyFile) }
            Self.logStart(addresses, server.databaseName, configuration.tier, logger)
            // A server whose output nobody reads serves all the same.
            try? StandardOutput().write(
                ServeBanner(addresses: addresses, databaseName: server.databaseName, tier: configuration.tier)
                    .text(terminal: .current()))
        }
        var quietLogger = logger
        quietLogger.logLevel = max(logger.logLevel, .error)
        var group = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        group.maximumGracefulShutdownDuration =
            configuration.drainTimeout + .milliseconds(500) + configuration.flushTimeout
        let serviceGroup = ServiceGroup(configuration: group)
        try await SecondInterruption.exiting {
            try await CredentialReload.onHangup(of: server, configuration) { try await serviceGroup.run() }
        }
        logger.notice("the server has stopped")
    }

    private static func logStart(
        _ addresses: ServerAddresses, _ databaseName: String, _ tier: PersistenceTier, _ logger: Logger
    ) {
        logger.notice(
            "the server has started",
            metadata: [
                LogKey.version: "\(AetherVersion.current)", LogKey.grpc: "\(addresses.grpcURL)",
                LogKey.http: "\(addresses.httpURL)", LogKey.metrics: "\(addresses.metricsURL ?? "off")",
                LogKey.database: "\(databaseName)", LogKey.tier: "\(tier.name)",
            ])
    }
}
