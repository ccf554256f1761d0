/// A child that was started with ``WorkflowContext/startChild(_:_:id:policy:)``, for the workflow that started it.
public struct ChildHandle<Output: Codable & Sendable>: Sendable {
    let child: ChildOperation<Output>

    /// The child's id.
    public var id: String { child.id }

    /// Waits for the child's end. May be called more than once, and after the end.
    ///
    /// - Returns: what the child returned.
    /// - Throws: ``WorkflowFailed`` when the child failed or can't be started, ``WorkflowCancelled`` when it was cancelled
    ///   or terminated; `CancellationError` when this run, or the branch that waits, is cancelled: the child is then
    ///   dealt with as its policy says.
    public func result() async throws -> Output {
        try await child.result()
    }
}
