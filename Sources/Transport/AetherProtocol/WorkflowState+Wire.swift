package import AetherRuntime

extension Aether_V1_State {
    package init(_ state: WorkflowState) {
        switch state {
        case .pending: self = .pending
        case .running: self = .running
        case .completed: self = .completed
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }
}

extension WorkflowState {
    /// - Returns: `nil` for a value that a newer version added.
    package init?(_ wire: Aether_V1_State) {
        switch wire {
        case .pending: self = .pending
        case .running: self = .running
        case .completed: self = .completed
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        case .UNRECOGNIZED: return nil
        }
    }
}
