package import AetherRuntime

/// What a session sends to its worker.
package enum TaskMessage: Sendable {
    /// A run to begin, or to go on with from its journal.
    case assign(TaskAssignment)
    /// Entries that the server made in a run the worker has in memory.
    case push(TaskID, JournalEntry)
    /// The lease is over: drop the run.
    case revoke(TaskID)
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
