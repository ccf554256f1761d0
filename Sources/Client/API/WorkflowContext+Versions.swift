internal import AetherRuntime

extension WorkflowContext {
    /// Which version of a change to the workflow's code this run follows, for changes that runs under way would not fit.
    ///
    /// ```swift
    /// if try await context.version("fraud-check", 1...2) >= 2 {
    ///     try await context.step("check-fraud") { try await fraud.check(order) }
    /// }
    /// ```
    ///
    /// Version 1 is the code before the change. A run that had passed this place before the change was made gets 1, every
    /// other one the highest; the answer is the same for the whole run, wherever it asks. It is durable, as an entry of the
    /// journal, when the call returns; a 1 that the journal implies needs none.
    ///
    /// Once no run under way follows an old version, raise the range's lower bound or delete the call: a run recorded under
    /// a version outside of the range is blocked, and goes on with a worker that has it.
    ///
    /// - Parameters:
    ///   - change: what the change is called; not used again for another one.
    ///   - supported: the versions that this code has, from 1 on.
    /// - Returns: the version to follow; one of `supported`.
    /// - Throws: `CancellationError` when the run is cancelled meanwhile; ``NonRetryableError`` for a range that begins below
    ///   1, and inside a step.
    public func version(_ change: String, _ supported: ClosedRange<Int>) async throws -> Int {
        try await run.version(change, supported)
    }

    /// Marks operations that were added to the workflow's code: runs under way execute them where they stand, before what
    /// their journals have next.
    ///
    /// ```swift
    /// try await context.added("audit") {
    ///     try await context.step("write-audit") { try await audit.write(order) }
    /// }
    /// ```
    ///
    /// Without it an operation in the middle of what is recorded blocks the run; with ``version(_:_:)``, runs under way go on
    /// without it. The mark stays in the code as long as the operations do. They have keys of their own
    /// (`added:audit#1/step:write-audit#1`), so names that the workflow uses elsewhere don't meet them.
    ///
    /// - Parameters:
    ///   - change: what the change is called.
    ///   - body: calls the operations.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    public func added<Value: Sendable>(
        _ change: String, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try run.refuseInsideSteps("added \"\(change)\"")
        let key = run.nextKey(kind: OperationKey.added, name: change)
        return try await Scope.$path.withValue(key.rawValue) { try await body() }
    }
}
