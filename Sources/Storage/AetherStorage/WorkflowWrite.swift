public import AetherRuntime

/// What one decision adds to the store.
public struct WorkflowWrite: Sendable, Hashable {
    public var id: WorkflowID
    /// The workflow's summary, when the decision changed or created it. It may come without entries.
    public var summary: WorkflowSummary?
    /// Whether the workflow comes into being with this write; it then has a summary.
    public var isNew: Bool
    /// For a new workflow: which one of its id makes way for it, journal and all.
    public var replaces: Replaced
    /// The entries to append; their sequences follow the last one stored.
    public var entries: [JournalEntry]

    public init(
        id: WorkflowID, summary: WorkflowSummary?, isNew: Bool = false, replaces: Replaced = .nothing,
        entries: [JournalEntry]
    ) {
        self.id = id
        self.summary = summary
        self.isNew = isNew
        self.replaces = replaces
        self.entries = entries
    }

    /// What makes way for a new workflow of the same id.
    public enum Replaced: Sendable, Hashable {
        case nothing
        /// One that is closed; an open one never does.
        case closed
        /// Whichever there is: the workflow goes on as a new one.
        case any
    }
}
