internal import AetherRuntime

/// A workflow: a function under a name, which any client can start and any worker that serves it can run.
///
/// Made with `AetherClient.workflow`. The function must be deterministic apart from what it does
/// inside steps: when a run moves to another worker, it is executed again from its start with the recorded results.
public struct Workflow<Input: Codable & Sendable, Output: Codable & Sendable>: Servable {
    public let name: String
    let client: AetherClient
    let persistence: Persistence?
    let body: @Sendable (WorkflowContext, Input) async throws -> Output

    /// Starts a run and returns at once.
    ///
    /// When it returns, the run is durable at its tier: it will run to its end whatever crashes. If the server is away
    /// it is tried again for ``AetherClient/Configuration/requestTimeout``; a repeated attempt never starts a second run.
    ///
    /// Called in the body of a workflow, outside of its steps, it starts a child of that workflow as
    /// ``WorkflowContext/startChild(_:_:id:policy:)`` does; `idPolicy` and `signal` are then not available.
    ///
    /// - Parameters:
    ///   - input: the function's argument.
    ///   - id: the run's identity; by default a new UUIDv7. Starting twice with one id, type and input gives the same run.
    ///   - idPolicy: what to do when that run has ended.
    ///   - signal: a message for the run, received with its start; by a run that was there before, too.
    /// - Returns: a handle of the run.
    /// - Throws: ``AetherError``: `alreadyExists` when the id belongs to a run of another type or input, or the policy
    ///   says so, `unavailable`, `invalidArgument` for an input over the server's limit; an encoding error; in a workflow
    ///   `CancellationError`.
    public func start(
        _ input: Input, id: String? = nil, idPolicy: IDPolicy = .sameRun, signal: SignalMessage? = nil
    ) async throws -> WorkflowHandle<Output> {
        if let parent = Run.parent {
            guard idPolicy == .sameRun, signal == nil else {
                throw NonRetryableError("a child is started without idPolicy and signal; start it from a step instead")
            }
            let child = try parent.child(self, input, id: id, .cancel) as ChildOperation<Output>
            try await child.start()
            return WorkflowHandle(id: child.id, client: client, child: child)
        }
        let id = try await client.connection.start(
            type: name, input: ValueCoding.encode(input), id: id, tier: persistence?.tier, policy: idPolicy,
            signal: signal)
        return WorkflowHandle(id: id, client: client)
    }

    /// Starts a run and waits for its end.
    ///
    /// The wait survives restarts of the server. Cancelling the waiting task does not cancel the run. Called in the body
    /// of a workflow, outside of its steps, it runs a child as ``WorkflowContext/child(_:_:id:policy:)`` does.
    ///
    /// - Parameters:
    ///   - input: the function's argument.
    ///   - id: the run's identity; by default a new UUIDv7.
    /// - Returns: what the function returned.
    /// - Throws: ``WorkflowFailed``, ``WorkflowCancelled``, what ``start(_:id:idPolicy:signal:)`` throws, and a decoding
    ///   error.
    @discardableResult
    public func startAndWait(_ input: Input, id: String? = nil) async throws -> Output {
        if let parent = Run.parent {
            let child = try parent.child(self, input, id: id, .cancel) as ChildOperation<Output>
            return try await child.runToEnd()
        }
        return try await start(input, id: id).result()
    }

    /// A handle of a run that was started before.
    public func handle(_ id: String) -> WorkflowHandle<Output> {
        WorkflowHandle(id: id, client: client)
    }
}

extension Workflow where Input == NoValue {
    /// Starts a run of a workflow that takes no input. See ``start(_:id:idPolicy:signal:)``.
    ///
    /// - Parameters:
    ///   - id: the run's identity; by default a new UUIDv7.
    ///   - idPolicy: what to do when the run of that id has ended.
    ///   - signal: a message for the run, received with its start.
    /// - Returns: a handle of the run.
    /// - Throws: ``AetherError``.
    public func start(
        id: String? = nil, idPolicy: IDPolicy = .sameRun, signal: SignalMessage? = nil
    ) async throws -> WorkflowHandle<Output> {
        try await start(NoValue(), id: id, idPolicy: idPolicy, signal: signal)
    }

    /// Starts a run of a workflow that takes no input, and waits for its end. See ``startAndWait(_:id:)``.
    ///
    /// - Parameter id: the run's identity; by default a new UUIDv7.
    /// - Returns: what the function returned.
    /// - Throws: ``WorkflowFailed``, ``WorkflowCancelled``, ``AetherError``, and a decoding error.
    @discardableResult
    public func startAndWait(id: String? = nil) async throws -> Output {
        try await startAndWait(NoValue(), id: id)
    }
}

extension Workflow: RegisteredWorkflow {
    var tier: PersistenceTier? { persistence?.tier }

    func execute(_ context: WorkflowContext, input: [UInt8]) async throws -> [UInt8] {
        let input = try ValueCoding.decode(Input.self, from: input)
        return try ValueCoding.encode(try await body(context, input))
    }
}
