extension WorkflowContext {
    /// Runs a workflow as a child and waits for its end.
    ///
    /// The child is a run of its own, with its own journal, on any worker that serves its type. However often this
    /// workflow is replayed, it is started once.
    ///
    /// - Parameters:
    ///   - workflow: what to run; of its declaration only the name and types matter here.
    ///   - input: the child's input.
    ///   - id: the child's id; by default derived from this run's id and the place of the call.
    ///   - policy: what becomes of the child when this workflow no longer waits for it.
    /// - Returns: what the child returned.
    /// - Throws: ``WorkflowFailed`` when the child failed or can't be started, ``WorkflowCancelled`` when it was cancelled
    ///   or terminated; `CancellationError` when this run, or the branch that waits, is cancelled.
    @discardableResult
    public func child<Input, Output>(
        _ workflow: Workflow<Input, Output>, _ input: Input, id: String? = nil, policy: ParentClosePolicy = .cancel
    ) async throws -> Output {
        let child = try run.child(workflow, input, id: id, policy)
        return try await child.runToEnd()
    }

    /// Runs a workflow that takes no input as a child and waits for its end. See ``child(_:_:id:policy:)``.
    ///
    /// - Parameters:
    ///   - workflow: what to run.
    ///   - id: the child's id; by default derived from this run's id and the place of the call.
    ///   - policy: what becomes of the child when this workflow no longer waits for it.
    /// - Returns: what the child returned.
    /// - Throws: as the form with an input.
    @discardableResult
    public func child<Output>(
        _ workflow: Workflow<NoValue, Output>, id: String? = nil, policy: ParentClosePolicy = .cancel
    ) async throws -> Output {
        try await child(workflow, NoValue(), id: id, policy: policy)
    }

    /// Starts a workflow as a child, and goes on.
    ///
    /// When it returns, the child is as durable as this run: it will run whatever crashes.
    ///
    /// - Parameters:
    ///   - workflow: what to run; of its declaration only the name and types matter here.
    ///   - input: the child's input.
    ///   - id: the child's id; by default derived from this run's id and the place of the call.
    ///   - policy: what becomes of the child when this workflow ends before it, or a wait for its result is cancelled.
    /// - Returns: a handle, to wait for the child's result.
    /// - Throws: `CancellationError` when this run, or the branch that starts the child, is cancelled.
    @discardableResult
    public func startChild<Input, Output>(
        _ workflow: Workflow<Input, Output>, _ input: Input, id: String? = nil, policy: ParentClosePolicy = .cancel
    ) async throws -> ChildHandle<Output> {
        let child = try run.child(workflow, input, id: id, policy)
        try await child.start()
        return ChildHandle(child: child)
    }

    /// Starts a workflow that takes no input as a child, and goes on. See ``startChild(_:_:id:policy:)``.
    ///
    /// - Parameters:
    ///   - workflow: what to run.
    ///   - id: the child's id; by default derived from this run's id and the place of the call.
    ///   - policy: what becomes of the child when this workflow ends before it, or a wait for its result is cancelled.
    /// - Returns: a handle, to wait for the child's result.
    /// - Throws: as the form with an input.
    @discardableResult
    public func startChild<Output>(
        _ workflow: Workflow<NoValue, Output>, id: String? = nil, policy: ParentClosePolicy = .cancel
    ) async throws -> ChildHandle<Output> {
        try await startChild(workflow, NoValue(), id: id, policy: policy)
    }
}
