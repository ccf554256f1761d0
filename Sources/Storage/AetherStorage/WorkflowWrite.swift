public import AetherRuntime

/// What one decision adds to the store.
public struct WorkflowWrite: Sendable, Hashable {
    public var id: WorkflowID
    /// The workflow's summary, when the decision changed or created it.
    public var summary: WorkflowSummary?
    /// Whether the workflow comes into being with this write; it then has a summary.
    public var isNew: Bool
    /// The entries to append; their sequences follow the last one stored.
    public var entries: [JournalEntry]

    public init(id: WorkflowID, summary: WorkflowSummary?, isNew: Bool = false, entries: [JournalEntry]) {
        self.id = id
        self.summary = summary
        self.isNew = isNew
        self.entries = entries
    }
}
