/// How a workflow ended. The first durable one wins and never changes.
public enum WorkflowOutcome: Sendable, Hashable {
    /// The function returned; its result as JSON bytes.
    case completed([UInt8])
    /// The function threw.
    indirect case failed(Failure)
    /// The workflow was cancelled.
    case cancelled

    public var state: WorkflowState {
        switch self {
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }
}
