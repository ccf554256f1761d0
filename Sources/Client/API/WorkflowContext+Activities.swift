extension WorkflowContext {
    /// Has an activity done by any worker that offers it, with its retries and limits, and waits for the outcome.
    ///
    /// The attempts, who made them and how they failed are in the journal. When the call returns, the result is durable
    /// at the run's tier. An attempt may have done its work before its worker or the server was lost, and is then made
    /// again: ``ActivityContext/idempotencyKey`` lets the outside world tell.
    ///
    /// - Parameters:
    ///   - activity: what to do; of its declaration the name, types and limits matter here, the body only to workers.
    ///   - input: the activity's input.
    ///   - cancellation: what happens when the run, or the branch that waits, is cancelled.
    /// - Returns: what the activity returned.
    /// - Throws: ``ActivityFailed`` when its last attempt failed, or it took too long; `CancellationError`.
    @discardableResult
    public func activity<Input, Output>(
        _ activity: Activity<Input, Output>, _ input: Input, cancellation: ActivityCancellation = .try
    ) async throws -> Output {
        let bytes = try await run.activity(
            activity.name, try ValueCoding.encode(input), activity.options, cancellation)
        return try ValueCoding.decode(Output.self, from: bytes)
    }

    /// Has an activity that takes no input done. See ``activity(_:_:cancellation:)``.
    ///
    /// - Parameters:
    ///   - activity: what to do.
    ///   - cancellation: what happens when the run, or the branch that waits, is cancelled.
    /// - Returns: what the activity returned.
    /// - Throws: ``ActivityFailed`` when its last attempt failed, or it took too long; `CancellationError`.
    @discardableResult
    public func activity<Output>(
        _ activity: Activity<NoValue, Output>, cancellation: ActivityCancellation = .try
    ) async throws -> Output {
        try await self.activity(activity, NoValue(), cancellation: cancellation)
    }
}
