public import AetherRuntime

/// Where a page of a list ended: the place of its last workflow. Stays valid whatever is added or deleted meanwhile.
public struct WorkflowCursor: Sendable, Hashable {
    public var createdAt: Timestamp
    public var id: WorkflowID

    public init(createdAt: Timestamp, id: WorkflowID) {
        self.createdAt = createdAt
        self.id = id
    }

    public init(_ last: WorkflowSummary) {
        self.init(createdAt: last.createdAt, id: last.id)
    }

    /// Whether a workflow comes behind this place in a list, whose order is youngest first.
    public func precedes(_ summary: WorkflowSummary) -> Bool {
        (summary.createdAt, summary.id) < (createdAt, id)
    }
}
