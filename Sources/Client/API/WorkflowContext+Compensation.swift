internal import Synchronization

extension WorkflowContext {
    /// Registers how to undo what was done so far, should the workflow not succeed.
    ///
    /// When the workflow's function throws, or is cancelled, the registered closures run one after the other, the last
    /// one registered first; then the run ends FAILED or CANCELLED with the original error. They use the context as the
    /// function does, so that each step of theirs is recorded and a crash in the middle neither loses nor repeats it. A
    /// cancel that comes meanwhile does not interrupt them. What one throws is logged, and the others still run; give
    /// its steps a retry policy if they must succeed. When the function returns, none runs.
    ///
    /// ```swift
    /// let seat = try await context.step("book") { try await airline.book() }
    /// context.compensate { try await context.step("unbook") { try await airline.cancel(seat) } }
    /// ```
    ///
    /// - Parameter body: undoes something; it may be called when only part of it was done.
    public func compensate(_ body: @escaping @Sendable () async throws -> Void) {
        run.state.withLock { $0.addCompensation(body) }
    }
}
