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

        /// Where its workflows are.
        enum Place: Sendable {
            /// An SQLite file.
            case file(String)
            /// A store of the caller's, opened each time the server begins to run.
            case store(@Sendable () async throws -> any WorkflowStore)
        }

        private let place: Place
        private let state = Mutex(State.stopped)

        init(_ place: Place) {
            self.place = place
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
            let server: InProcessServer
            do {
                var store: (any WorkflowStore)?
                switch place {
                case .file(let path): configuration.database = .file(path)
                case .store(let open): store = try await open()
                }
                server = try await InProcessServer(
                    configuration: configuration, store: store, logger: logger.ofEmbeddedServer)
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
