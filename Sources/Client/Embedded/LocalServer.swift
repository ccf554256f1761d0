#if Embedded
    internal import AetherRuntime
    internal import AetherServer
    internal import AetherStorage
    internal import Logging
    internal import NIOCore
    internal import NIOPosix

    /// A whole server in this process, at the URL of a client that found none there.
    struct LocalServer: Sendable {
        private let server: AetherServer

        /// Makes a server for an address of this machine where nothing listens.
        ///
        /// - Returns: `nil` when there is a server, or the address is another machine's or one of TLS; also when another process is faster.
        /// - Throws: ``AetherError`` when the database can't be opened.
        static func ifNothingListens(at address: ServerAddress, logger: Logger) async throws -> LocalServer? {
            guard address.isOfThisMachine, !address.isSecure, await !address.isListening else { return nil }
            var configuration = ServerConfiguration()
            configuration.grpcPort = address.port
            configuration.isMetricsEnabled = false
            let page = ServerAddress(host: address.host, port: configuration.httpPort)
            if await page.isListening { configuration.httpPort = 0 }
            do {
                return LocalServer(
                    server: try await AetherServer(configuration: configuration, logger: logger.ofEmbeddedServer))
            } catch let error as StoreError where error.code == .inUse {
                logger.warning(
                    "no server is started here, waiting for one", metadata: [LogKey.reason: "\(error.message)"])
                return nil
            } catch let error as StoreError {
                throw AetherError(
                    code: .unavailable, message: "nothing listens at \(address), and no server can start here: \(error)"
                )
            }
        }

        /// Runs the server while a body runs. Should another process have taken the port meanwhile, that one serves.
        func run<Result: Sendable>(
            logger: Logger, _ body: () async throws -> Result
        ) async throws -> Result {
            do {
                return try await server.running(logger: logger) {
                    let addresses = try await server.addresses
                    logger.notice(
                        "nothing listened at \(addresses.grpcURL): a server runs in this process, until serve ends",
                        metadata: [LogKey.database: "./data/aether.db", LogKey.http: "\(addresses.httpURL)"])
                    return try await body()
                }
            } catch let error as ServerStartError {
                logger.warning("no server is started here", metadata: [LogKey.reason: "\(error.message)"])
                return try await body()
            }
        }
    }

    extension ServerAddress {
        private static let probeTimeout = Int64(1)

        var isOfThisMachine: Bool { ["localhost", "127.0.0.1", "::1"].contains(host) }

        /// Whether something takes connections here.
        var isListening: Bool {
            get async {
                let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connectTimeout(.seconds(Self.probeTimeout))
                guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return false }
                try? await channel.close()
                return true
            }
        }
    }
#endif
