/// What a workflow's function can learn about its own run.
public struct WorkflowInfo: Sendable, Hashable {
    public let id: String
    /// The name the workflow was registered under.
    public let type: String
    /// How many times the run was given to a worker, this time included. Not the same on every replay: don't branch on it.
    public let attempt: Int
    /// How many runs came before this one under its id, each of which continued as new.
    public let continuedCount: Int
}
