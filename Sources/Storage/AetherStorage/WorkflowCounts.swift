public import AetherRuntime

/// How many workflows there are in each state.
public struct WorkflowCounts: Sendable, Hashable {
    private var counts: [WorkflowState: Int]

    public init(_ counts: [WorkflowState: Int] = [:]) {
        self.counts = counts
    }

    public subscript(state: WorkflowState) -> Int {
        get { counts[state, default: 0] }
        set { counts[state] = newValue == 0 ? nil : newValue }
    }

    /// Pending and running together.
    public var active: Int { self[.pending] + self[.running] }

    public static func + (lhs: WorkflowCounts, rhs: WorkflowCounts) -> WorkflowCounts {
        WorkflowCounts(lhs.counts.merging(rhs.counts, uniquingKeysWith: +))
    }
}
