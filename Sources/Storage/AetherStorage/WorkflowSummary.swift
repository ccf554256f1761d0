public import AetherRuntime

/// What lists and counts need of a workflow, without its journal.
public struct WorkflowSummary: Sendable, Hashable {
    public var id: WorkflowID
    public var type: String
    public var tier: PersistenceTier
    public var state: WorkflowState
    public var createdAt: Timestamp
    /// When a worker first got it; `nil` while it is pending.
    public var startedAt: Timestamp?
    /// When it closed; `nil` while it is open.
    public var completedAt: Timestamp?
    /// When the run has to be woken: its earliest timer, deadline or retry; `nil` when nothing of it waits for a time.
    public var wakeAt: Timestamp?
    /// Whether nobody needs the run in memory until ``wakeAt``, or until something addresses it.
    public var isPassive: Bool

    public init(
        id: WorkflowID,
        type: String,
        tier: PersistenceTier,
        state: WorkflowState,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        completedAt: Timestamp? = nil,
        wakeAt: Timestamp? = nil,
        isPassive: Bool = false
    ) {
        self.id = id
        self.type = type
        self.tier = tier
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.wakeAt = wakeAt
        self.isPassive = isPassive
    }

    /// Whether the run is open and passive.
    package var isDormant: Bool { isPassive && !state.isTerminal }
}
