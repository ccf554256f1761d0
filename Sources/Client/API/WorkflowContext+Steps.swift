extension WorkflowContext {
    /// Executes a closure once and records its result; on a replay gives the recorded result back instead.
    ///
    /// The closure runs outside the workflow, on the worker's executor. When `step` returns, its result is durable at the
    /// run's tier. If the worker or the server dies before that, the closure runs again: make it idempotent, with the
    /// help of ``StepContext/idempotencyKey``. Results are encoded as JSON, and what `step` returns is the decoded form,
    /// the same live and on a replay.
    ///
    /// An attempt that throws, or takes longer than the timeout, is followed by another if the retry policy says so. Each
    /// failed attempt is recorded before the next begins, and with it when that may be: a crash neither loses nor repeats
    /// an attempt that was counted, nor begins a delay again.
    ///
    /// - Parameters:
    ///   - name: the step's name; steps of one name in a row are told apart by their order.
    ///   - retry: how often, and after which delays, it is tried again; by default not at all.
    ///   - timeout: how long one attempt may take; by default any time. Over it, the closure's task is cancelled and the
    ///     attempt fails with the type `Timeout`; a closure that does not heed it goes on beside the next attempt.
    ///   - body: the work.
    /// - Returns: the recorded result.
    /// - Throws: ``StepFailed`` when the closure threw, at the last attempt; `CancellationError` when the run, or the
    ///   branch that calls, was cancelled while it waited.
    @discardableResult
    public func step<Value: Codable & Sendable>(
        _ name: String, retry: RetryPolicy = .none, timeout: Duration? = nil,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let work = StepWork(closure: { try ValueCoding.encode(try await body()) }, retry: retry, timeout: timeout)
        return try ValueCoding.decode(Value.self, from: try await run.step(name, work))
    }

    /// Executes a closure that returns nothing. See the other form.
    ///
    /// - Parameters:
    ///   - name: the step's name.
    ///   - retry: how often, and after which delays, it is tried again; by default not at all.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - body: the work.
    /// - Throws: ``StepFailed`` when the closure threw, at the last attempt; `CancellationError` when the run, or the
    ///   branch that calls, was cancelled while it waited.
    @_disfavoredOverload
    public func step(
        _ name: String, retry: RetryPolicy = .none, timeout: Duration? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let closure: @Sendable () async throws -> [UInt8] = {
            try await body()
            return try ValueCoding.encode(NoValue())
        }
        _ = try await run.step(name, StepWork(closure: closure, retry: retry, timeout: timeout))
    }
}
