extension AetherClient {
    /// Declares a workflow that takes an input and returns a result.
    ///
    /// - Parameters:
    ///   - name: the type under which it is started and served; the same in every process and release.
    ///   - persistence: how durable its runs are; by default what the server is set to.
    ///   - body: the workflow. See ``WorkflowContext`` for what it may do.
    /// - Returns: the workflow, to be started, or served with ``serve(_:)``.
    public func workflow<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ name: String,
        persistence: Persistence? = nil,
        _ body: @escaping @Sendable (WorkflowContext, Input) async throws -> Output
    ) -> Workflow<Input, Output> {
        Workflow(name: name, client: self, persistence: persistence, body: body)
    }

    /// Declares a workflow that takes no input.
    ///
    /// - Parameters:
    ///   - name: the type under which it is started and served.
    ///   - persistence: how durable its runs are; by default what the server is set to.
    ///   - body: the workflow.
    /// - Returns: the workflow.
    public func workflow<Output: Codable & Sendable>(
        _ name: String,
        persistence: Persistence? = nil,
        _ body: @escaping @Sendable (WorkflowContext) async throws -> Output
    ) -> Workflow<NoValue, Output> {
        Workflow(name: name, client: self, persistence: persistence) { context, _ in try await body(context) }
    }

    /// Declares a workflow that takes an input and returns nothing.
    ///
    /// - Parameters:
    ///   - name: the type under which it is started and served.
    ///   - persistence: how durable its runs are; by default what the server is set to.
    ///   - body: the workflow.
    /// - Returns: the workflow.
    @_disfavoredOverload
    public func workflow<Input: Codable & Sendable>(
        _ name: String,
        persistence: Persistence? = nil,
        _ body: @escaping @Sendable (WorkflowContext, Input) async throws -> Void
    ) -> Workflow<Input, NoValue> {
        Workflow(name: name, client: self, persistence: persistence) { context, input in
            try await body(context, input)
            return NoValue()
        }
    }

    /// Declares a workflow that takes no input and returns nothing.
    ///
    /// - Parameters:
    ///   - name: the type under which it is started and served.
    ///   - persistence: how durable its runs are; by default what the server is set to.
    ///   - body: the workflow.
    /// - Returns: the workflow.
    @_disfavoredOverload
    public func workflow(
        _ name: String,
        persistence: Persistence? = nil,
        _ body: @escaping @Sendable (WorkflowContext) async throws -> Void
    ) -> Workflow<NoValue, NoValue> {
        Workflow(name: name, client: self, persistence: persistence) { context, _ in
            try await body(context)
            return NoValue()
        }
    }
}
