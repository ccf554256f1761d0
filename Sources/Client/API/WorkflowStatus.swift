internal import AetherProtocol
internal import AetherRuntime

/// How a run stands.
public struct WorkflowStatus: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case pending = "PENDING"
        case running = "RUNNING"
        case completed = "COMPLETED"
        case failed = "FAILED"
        case cancelled = "CANCELLED"
    }

    public var state: State
    /// The oldest step that has been running for a while; empty when there is none.
    public var currentStep: String
    /// One sentence: why the run is where it is; empty for one that has ended.
    public var reason: String
    /// Why it failed; empty unless it did.
    public var error: String
    /// How many times it was given to a worker.
    public var attempt: Int

    init(_ wire: Aether_V1_WorkflowStatus) {
        switch wire.state {
        case .pending, .UNRECOGNIZED: state = .pending
        case .running: state = .running
        case .completed: state = .completed
        case .failed: state = .failed
        case .cancelled: state = .cancelled
        }
        currentStep = wire.currentStep
        reason = wire.reason
        error = wire.error
        attempt = Int(clamping: wire.attempt)
    }
}
