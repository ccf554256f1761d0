public import AetherRuntime

/// Which workflows a list shows. Everything unset matches all.
public struct WorkflowFilter: Sendable, Hashable {
    public var type: String?
    /// The states wanted; empty for any.
    public var states: Set<WorkflowState>

    public init(type: String? = nil, states: Set<WorkflowState> = []) {
        self.type = type
        self.states = states
    }

    public func matches(_ summary: WorkflowSummary) -> Bool {
        (type == nil || type == summary.type) && (states.isEmpty || states.contains(summary.state))
    }
}
