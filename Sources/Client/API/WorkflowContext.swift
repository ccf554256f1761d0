public import Logging

/// A workflow's function does everything that touches the world through this.
///
/// The function must be deterministic apart from it: on a replay it is called again from the start, gets the recorded
/// results, and must make the same calls in the same order. So in the body of a workflow, outside of steps: no clock, no
/// randomness, no I/O, no `Task { }`, no `@MainActor`, and nothing awaited but the context's own operations.
public struct WorkflowContext: Sendable {
    let run: Run

    /// Executes a closure once and records its result; on a replay gives the recorded result back instead.
    ///
    /// The closure runs outside the workflow, on the global executor. When `step` returns, its result is durable at the
    /// run's tier. If the worker or the server dies before that, the closure runs again: make it idempotent, with the
    /// help of ``StepContext/idempotencyKey``. Results are encoded as JSON, and what `step` returns is the decoded form,
    /// the same live and on a replay.
    ///
    /// - Parameters:
    ///   - name: the step's name; steps of one name in a row are told apart by their order.
    ///   - body: the work.
    /// - Returns: the recorded result.
    /// - Throws: ``StepFailed`` when the closure threw; `CancellationError` when the run was cancelled while it waited.
    @discardableResult
    public func step<Value: Codable & Sendable>(
        _ name: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let bytes = try await run.step(name) { try ValueCoding.encode(try await body()) }
        return try ValueCoding.decode(Value.self, from: bytes)
    }

    /// Executes a closure that returns nothing. See the other form.
    ///
    /// - Parameters:
    ///   - name: the step's name.
    ///   - body: the work.
    /// - Throws: ``StepFailed`` when the closure threw; `CancellationError` when the run was cancelled while it waited.
    @_disfavoredOverload
    public func step(_ name: String, _ body: @escaping @Sendable () async throws -> Void) async throws {
        _ = try await run.step(name) {
            try await body()
            return try ValueCoding.encode(NoValue())
        }
    }

    /// Who this run is.
    public var info: WorkflowInfo { run.info }

    /// Whether the function is being executed again over recorded results.
    public var isReplaying: Bool { run.isReplaying }

    /// A logger that carries the run's id and type, and is silent while the run is replayed.
    public var logger: Logger {
        var logger = run.logger
        if run.isReplaying { logger.handler = SwiftLogNoOpLogHandler() }
        return logger
    }
}
