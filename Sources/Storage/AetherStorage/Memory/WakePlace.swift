internal import AetherRuntime

/// A passive workflow's place in the order of waking.
struct WakePlace: Comparable {
    var wakeAt: Timestamp
    var id: WorkflowID

    /// `nil` for a workflow that the store does not have woken.
    init?(_ summary: WorkflowSummary) {
        guard summary.isDormant, let wakeAt = summary.wakeAt else { return nil }
        (self.wakeAt, id) = (wakeAt, summary.id)
    }

    static func < (lhs: WakePlace, rhs: WakePlace) -> Bool {
        (lhs.wakeAt, lhs.id) < (rhs.wakeAt, rhs.id)
    }
}
