/// What a worker has a task of: a run, or one of its activities.
package struct TaskSubject: Sendable, Hashable {
    package var workflow: WorkflowID
    /// The activity; `nil` for the workflow's own task.
    package var activity: OperationKey?
    /// See ``TaskID/incarnation``.
    package var incarnation: UInt64

    package init(workflow: WorkflowID, activity: OperationKey? = nil, incarnation: UInt64 = 0) {
        self.workflow = workflow
        self.activity = activity
        self.incarnation = incarnation
    }
}
