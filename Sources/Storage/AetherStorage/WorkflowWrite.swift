public import AetherRuntime

/// What one decision adds to the store.
public struct WorkflowWrite: Sendable, Hashable {
    public var id: WorkflowID
    /// The workflow's summary, when the decision changed or created it. It may come without entries.
    public var summary: WorkflowSummary?
    /// Whether the workflow comes into being with this write; it then has a summary.
    public var isNew: Bool
    /// For a new workflow: whether a closed one of its id makes way for it, journal and all. An open one never does.
    public var replacesClosed: Bool
    /// The entries to append; their sequences follow the last one stored.
    public var entries: [JournalEntry]

    public init(
        id: WorkflowID, summary: WorkflowSummary?, isNew: Bool = false, replacesClosed: Bool = false,
        entries: [JournalEntry]
    ) {
        self.id = id
        self.summary = summary
        self.isNew = isNew
        self.replacesClosed = replacesClosed
        self.entries = entries
    }
}
