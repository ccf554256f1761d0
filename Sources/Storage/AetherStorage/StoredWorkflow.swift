public import AetherRuntime

/// What a store has of one workflow.
public struct StoredWorkflow: Sendable, Hashable {
    public var summary: WorkflowSummary
    /// Its journal from the first entry on, as far as was asked for.
    public var entries: [JournalEntry]

    public init(summary: WorkflowSummary, entries: [JournalEntry]) {
        self.summary = summary
        self.entries = entries
    }
}
