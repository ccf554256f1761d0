internal import AetherProtocol
internal import AetherRuntime

/// A run, seen from outside. Costs nothing to make and to keep.
public struct WorkflowHandle<Output: Codable & Sendable>: Sendable {
    public let id: String
    let client: AetherClient
    /// Of a run that was started in the body of a workflow.
    var child: ChildOperation<Output>?

    /// Waits for the end of the run.
    ///
    /// The wait survives restarts of the server and lasts until the run ends or the calling task is cancelled, which
    /// leaves the run alone.
    ///
    /// - Returns: what the function returned.
    /// - Throws: ``WorkflowFailed``, ``WorkflowCancelled``; ``AetherError`` `notFound` when there is no such run;
    ///   `CancellationError`; a decoding error when the result is of another type.
    public func result() async throws -> Output {
        if let child, Run.parent === child.run { return try await child.result() }
        switch try await connection().outcome(of: id) {
        case .completed(let bytes): return try ValueCoding.decode(Output.self, from: bytes)
        case .failed(let failure): throw WorkflowFailed(id, failure)
        case .cancelled: throw WorkflowCancelled(workflowID: id)
        }
    }

    /// How the run stands now.
    ///
    /// - Returns: its state, and why it is where it is.
    /// - Throws: ``AetherError``: `notFound`, `unavailable`.
    public func status() async throws -> WorkflowStatus {
        WorkflowStatus(try await connection().status(of: id))
    }

    /// Asks the run to end: `CancellationError` reaches its function, which may clean up. Asking again is harmless.
    ///
    /// - Throws: ``AetherError``: `notFound`, `failedPrecondition` when it has ended, `unavailable`.
    public func cancel() async throws {
        try await connection().cancel(id)
    }

    /// Ends the run at once, as CANCELLED: its function is not asked, and cleans up nothing. Its children end with it, but
    /// for those that are to be abandoned.
    ///
    /// - Throws: ``AetherError``: `notFound`, `failedPrecondition` when it has ended, `unavailable`.
    public func terminate() async throws {
        try await connection().terminate(id)
    }

    /// Sends a message to the run, which takes it with ``WorkflowContext/signal(_:as:timeout:)`` now or later.
    ///
    /// When it returns, the message is as durable as the run.
    ///
    /// - Parameters:
    ///   - name: what the run waits for it by.
    ///   - payload: what the run gets; by default nothing.
    ///   - id: of messages with one id, the run takes the first; by default a new one.
    /// - Throws: ``AetherError``: `notFound`, `failedPrecondition` when the run has ended, `invalidArgument` for a payload
    ///   over the server's limit, `unavailable`; an encoding error.
    public func signal(_ name: String, _ payload: some Encodable & Sendable = NoValue(), id: String? = nil) async throws
    {
        let message = try SignalMessage(name, payload, id: id)
        try await connection().signal(self.id, message)
    }

    /// What the run said of itself last under a name, with ``WorkflowContext/set(_:_:)``.
    ///
    /// - Parameters:
    ///   - name: what it was said under.
    ///   - type: what the value is.
    /// - Returns: `nil` when it said nothing under that name.
    /// - Throws: ``AetherError``: `notFound`, `unavailable`; a decoding error when the value is of another type.
    public func value<Value: Decodable & Sendable>(_ name: String, as type: Value.Type) async throws -> Value? {
        guard let bytes = try await connection().value(name, of: id) else { return nil }
        return try ValueCoding.decode(type, from: bytes)
    }

    /// - Throws: ``NonRetryableError`` in the body of a workflow: what a call to the server gives there would not be the same
    ///   on a replay.
    private func connection() throws -> ClientConnection {
        guard Run.parent == nil else {
            throw NonRetryableError("a workflow can't use the handle of run \"\(id)\" in its body; use it in a step")
        }
        return try client.connection
    }
}
