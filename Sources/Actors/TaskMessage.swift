package import AetherRuntime

/// What a session sends to its worker.
package enum TaskMessage: Sendable {
    /// A run to begin, or to go on with from its journal.
    case assign(TaskAssignment)
    /// An attempt at an activity.
    case attempt(ActivityAssignment)
    /// An entry that the server made in a run the worker has in memory.
    case push(TaskID, JournalEntry)
    /// Whether the worker has the task: if not, it gives it back.
    case ask(TaskID)
    /// The lease is over: drop the task.
    case revoke(TaskID)
    /// What another server says, as it is sent.
    case relayed(any Sendable)
    /// The worker no longer has the task: for the server that it is connected to.
    case freed(TaskID)

    /// The task that begins with the message; `nil` when none does.
    var begun: TaskID? {
        switch self {
        case .assign(let assignment): assignment.taskID
        case .attempt(let assignment): assignment.taskID
        case .push, .ask, .revoke, .relayed, .freed: nil
        }
    }
}

/// A run as it is given to a worker.
package struct TaskAssignment: Sendable {
    package var taskID: TaskID
    package var start: WorkflowStart
    /// How far the journal goes that the worker begins with; later entries are pushed.
    package var journalLength: UInt64
    /// The whole journal, where it is short and at hand; else it is read from the store while it is sent.
    package var journal: [JournalEntry]?
}

/// An attempt at an activity as it is given to a worker.
package struct ActivityAssignment: Sendable {
    package var taskID: TaskID
    /// How the run began.
    package var start: WorkflowStart
    package var activity: ActivityProgress

    /// The same for all attempts at the activity, and unique to it.
    package var idempotencyKey: String { "\(taskID.workflow)/\(taskID.activity?.rawValue ?? "")" }
}
