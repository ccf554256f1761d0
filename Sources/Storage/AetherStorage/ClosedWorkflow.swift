/// A workflow that has ended, and how much it takes.
public struct ClosedWorkflow: Sendable, Hashable {
    public var summary: WorkflowSummary
    /// The size of its journal's entries in bytes, as encoded.
    public var bytes: Int

    public init(summary: WorkflowSummary, bytes: Int) {
        self.summary = summary
        self.bytes = bytes
    }
}
