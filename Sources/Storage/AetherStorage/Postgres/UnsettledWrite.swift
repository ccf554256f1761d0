internal import AetherRuntime

/// A write whose transaction was sent, and whose outcome is not known until the connection answers.
struct UnsettledWrite {
    enum Request: Equatable {
        case commit([WorkflowWrite])
        case delete([WorkflowID])
        case probe
        case membership
    }

    /// What was asked for: the same may be asked for again.
    let request: Request
    let mark: Int64
    /// What is told to who asked, if it is there.
    var answer: Set<WorkflowID> = []
    /// Where the workflows are then.
    var places: [(id: WorkflowID, place: PostgresPlace?)] = []
    var entries = 0
    var bytes = 0
    /// Whether it has turned out to be there.
    var isDurable = false
}
