internal import UnixSignals

/// Ctrl-C while a command waits.
enum Interruption {
    /// Runs the operation until it is done or SIGINT or SIGTERM comes.
    ///
    /// - Parameters:
    ///   - failure: Thrown when a signal comes first; the operation is cancelled then.
    ///   - operation: What is waited for.
    /// - Returns: What `operation` returns.
    /// - Throws: `failure`, or what `operation` throws.
    static func race<Result: Sendable>(
        onInterrupt failure: CommandFailure, _ operation: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                for await _ in signals { throw failure }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw failure }
            return result
        }
    }
}
