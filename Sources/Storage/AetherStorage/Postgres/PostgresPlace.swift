internal import AetherRuntime

/// What the writer needs of a workflow that is in the database.
struct PostgresPlace: Equatable {
    var state: WorkflowState
    var isPassive: Bool
    /// How many entries its journal has.
    var length: Int64
    /// What they take.
    var bytes: Int64
}
