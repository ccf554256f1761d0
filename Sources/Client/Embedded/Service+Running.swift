#if Embedded
    internal import Logging
    internal import ServiceLifecycle

    extension Service {
        /// Runs the service while a body runs; when that has ended, it is shut down gracefully.
        func running<Result: Sendable>(
            logger: Logger, _ body: () async throws -> Result
        ) async throws -> Result {
            var quiet = logger
            quiet.logLevel = .critical
            let group = ServiceGroup(services: [self], gracefulShutdownSignals: [], logger: quiet)
            // Awaited below. Not a child, and apart from the caller's shutdown: a worker that is cancelled or shut down still
            // gives its runs back.
            let serving = Task.detached { try await group.run() }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await serving.value
            return try result.get()
        }
    }
#endif
