internal import AetherRuntime

/// A workflow: a function under a name, which any client can start and any worker that serves it can run.
///
/// Made with ``AetherClient/workflow(_:persistence:_:)``. The function must be deterministic apart from what it does
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
    /// - Parameters:
    ///   - input: the function's argument.
    ///   - id: the run's identity; by default a new UUIDv7. Starting twice with one id, type and input gives the same run.
    /// - Returns: a handle of the run.
    /// - Throws: ``AetherError``: `alreadyExists` when the id belongs to a run of another type or input, `unavailable`,
    ///   `invalidArgument` for an input over the server's limit; an encoding error.
    public func start(_ input: Input, id: String? = nil) async throws -> WorkflowHandle<Output> {
        let id = try await client.connection.start(
            type: name, input: ValueCoding.encode(input), id: id, tier: persistence?.tier)
        return WorkflowHandle(id: id, client: client)
    }

    /// Starts a run and waits for its end.
    ///
    /// The wait survives restarts of the server. Cancelling the waiting task does not cancel the run.
    ///
    /// - Parameters:
    ///   - input: the function's argument.
    ///   - id: the run's identity; by default a new UUIDv7.
    /// - Returns: what the function returned.
    /// - Throws: ``WorkflowFailed``, ``WorkflowCancelled``, what ``start(_:id:)`` throws, and a decoding error.
    @discardableResult
    public func startAndWait(_ input: Input, id: String? = nil) async throws -> Output {
        try await start(input, id: id).result()
    }

    /// A handle of a run that was started before.
    public func handle(_ id: String) -> WorkflowHandle<Output> {
        WorkflowHandle(id: id, client: client)
    }
}

extension Workflow where Input == NoValue {
    /// Starts a run of a workflow that takes no input. See ``start(_:id:)``.
    ///
    /// - Parameter id: the run's identity; by default a new UUIDv7.
    /// - Returns: a handle of the run.
    /// - Throws: ``AetherError``.
    public func start(id: String? = nil) async throws -> WorkflowHandle<Output> {
        try await start(NoValue(), id: id)
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
