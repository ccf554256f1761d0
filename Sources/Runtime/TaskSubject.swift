/// What a worker has a task of: a run, or one of its activities.
package struct TaskSubject: Sendable, Hashable {
    package var workflow: WorkflowID
    /// The activity; `nil` for the workflow's own task.
    package var activity: OperationKey?

    package init(workflow: WorkflowID, activity: OperationKey? = nil) {
        self.workflow = workflow
        self.activity = activity
    }
}
