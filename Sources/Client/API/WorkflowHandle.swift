internal import AetherProtocol
internal import AetherRuntime

/// A run, seen from outside. Costs nothing to make and to keep.
public struct WorkflowHandle<Output: Codable & Sendable>: Sendable {
    public let id: String
    let client: AetherClient

    /// Waits for the end of the run.
    ///
    /// The wait survives restarts of the server and lasts until the run ends or the calling task is cancelled, which
    /// leaves the run alone.
    ///
    /// - Returns: what the function returned.
    /// - Throws: ``WorkflowFailed``, ``WorkflowCancelled``; ``AetherError`` `notFound` when there is no such run;
    ///   `CancellationError`; a decoding error when the result is of another type.
    public func result() async throws -> Output {
        switch try await client.connection.outcome(of: id) {
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
        WorkflowStatus(try await client.connection.status(of: id))
    }

    /// Asks the run to end: `CancellationError` reaches its function, which may clean up. Asking again is harmless.
    ///
    /// - Throws: ``AetherError``: `notFound`, `failedPrecondition` when it has ended, `unavailable`.
    public func cancel() async throws {
        try await client.connection.cancel(id)
    }
}
