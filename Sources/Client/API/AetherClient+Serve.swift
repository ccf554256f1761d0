internal import ServiceLifecycle

extension AetherClient {
    /// Serves workflows and activities as a worker while a body runs.
    ///
    /// When nothing listens at the URL and that is of this machine, it starts a server in this process, at this URL, which
    /// stops when the body has ended: see ``Configuration/startsServer``.
    ///
    /// Registers with the server, then runs the body beside the worker. When the body ends, the worker takes no new
    /// tasks, lets steps and activities under way end for ``Configuration/shutdownGrace``, and gives its runs back to the server, where
    /// another worker can go on with them. While the server is away the worker keeps its runs and tries again.
    ///
    /// - Parameters:
    ///   - servables: the workflows and activities to serve; each name once.
    ///   - body: what to do meanwhile; it gets this client.
    /// - Returns: what the body returned.
    /// - Throws: what the body throws; ``AetherError`` when the server refuses the registration.
    public func serve<Result: Sendable>(
        _ servables: [any Servable], _ body: @escaping @Sendable (AetherClient) async throws -> Result
    ) async throws -> Result {
        try await withServer { try await work(servables, body) }
    }

    private func work<Result: Sendable>(
        _ servables: [any Servable], _ body: @escaping @Sendable (AetherClient) async throws -> Result
    ) async throws -> Result {
        let worker = try makeWorker(servables)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            do {
                try await worker.untilRegistered()
                let result = try await body(self)
                worker.stop()
                try await group.waitForAll()
                return result
            } catch {
                worker.stop()
                try await group.waitForAll()
                throw error
            }
        }
    }

    /// Serves workflows and activities as a worker until the task is cancelled, or a graceful shutdown begins.
    ///
    /// - Parameter servables: the workflows and activities to serve; each name once.
    /// - Throws: ``AetherError`` when the server refuses the registration.
    public func serve(_ servables: [any Servable]) async throws {
        try await withServer {
            let worker = try makeWorker(servables)
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await worker.run()
            } onCancelOrGracefulShutdown: {
                worker.stop()
            }
        }
    }

    /// Runs a body, with a server beside it if there is none and this client may start one.
    private func withServer<Result: Sendable>(
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        switch place {
        case .url(let url):
            #if Embedded
                if configuration.startsServer,
                    let server = try await LocalServer.ifNothingListens(at: ServerAddress(url), logger: logger)
                {
                    return try await server.run(logger: logger, body)
                }
            #endif
            return try await body()
        #if Embedded
            case .embedded(let server):
                return try await server.run(logger: logger, body)
        #endif
        }
    }

    private func makeWorker(_ servables: [any Servable]) throws(AetherError) -> Worker {
        try Worker(client: self, servables, calls: place.connect(configuration.credentials))
    }
}
