internal import AetherRuntime

/// Where a workflow is in the database, as of the last commit.
struct WorkflowPlace: Sendable, Equatable {
    /// Its row in `workflow`.
    var row: Int64
    /// The row in `journal` of its last entry; 0 when it has none.
    var head: Int64
    /// The size of its entries.
    var bytes = 0
    var state: WorkflowState
    var isPassive = false
    /// Whether ``head`` is ahead of the workflow's row.
    var isAhead = false
}
