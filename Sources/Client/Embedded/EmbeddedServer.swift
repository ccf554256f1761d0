#if Embedded
    internal import AetherServer
    internal import AetherStorage
    internal import Logging
    internal import Synchronization

    /// A server in this process, for it alone and without a port. It runs while a client serves.
    final class EmbeddedServer: Sendable {
        private enum State {
            case stopped
            case starting
            case running(any ServerCalls)
        }

        let database: String
        private let state = Mutex(State.stopped)

        init(database: String) {
            self.database = database
        }

        /// The way to it.
        ///
        /// - Throws: ``AetherError`` `unavailable` while it does not run.
        var calls: any ServerCalls {
            get throws(AetherError) {
                if case .running(let calls) = state.withLock({ $0 }) { return calls }
                throw AetherError(
                    code: .unavailable,
                    message: "an embedded client has a server only while it serves; do this in the body of serve")
            }
        }

        /// Runs the server while a body runs.
        func run<Result: Sendable>(
            logger: Logger, _ body: @Sendable () async throws -> Result
        ) async throws -> Result {
            let isFirst = state.withLock { state in
                guard case .stopped = state else { return false }
                state = .starting
                return true
            }
            guard isFirst else {
                throw AetherError(
                    code: .failedPrecondition,
                    message: "this embedded client serves already; give one serve all workflows and activities")
            }
            defer { state.withLock { $0 = .stopped } }
            var configuration = ServerConfiguration()
            configuration.database = .file(database)
            let server: InProcessServer
            do {
                server = try await InProcessServer(configuration: configuration, logger: logger.ofEmbeddedServer)
            } catch let error as StoreError {
                throw AetherError(code: .unavailable, message: error.message)
            }
            return try await server.running(logger: logger) {
                state.withLock { $0 = .running(InProcessConnection(server)) }
                return try await body()
            }
        }
    }
#endif
