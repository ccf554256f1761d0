/// Something a decision asks for. Performed only after the decision's entries are durable at the run's tier.
package enum Effect: Sendable, Equatable {
    /// The run needs a worker.
    case schedule
    /// The run needs a worker that was not there when it was assigned last: the code of that one does not fit it.
    case scheduleAnew
    /// Send the task of this lease to its worker.
    case dispatch(WorkflowExecution.Lease)
    /// Tell the worker that holds the run of an entry that it did not make.
    indirect case push(WorkflowExecution.Lease, JournalEntry)
    /// The worker no longer has this task: give its credit back.
    case free(WorkflowExecution.Lease)
    /// The worker's run only waits: give its credit back until something is pushed to it.
    case rest(WorkflowExecution.Lease)
    /// Nobody needs the run in memory before its next deadline.
    case passivate
    /// Tell the worker to drop the run, whose lease the server ended.
    case revoke(WorkflowExecution.Lease)
    /// Tell all who wait for the end, and let go of the run.
    case publish(WorkflowOutcome)
    /// Tell the run's parent how it ended.
    indirect case tellParent(ParentLink, WorkflowOutcome)
    /// See to it that the child is there; should it have ended, its parent is told.
    indirect case startChild(OperationKey, ChildStart)
    case cancelChild(WorkflowID)
    case terminateChild(WorkflowID)
    /// The activity needs a worker.
    indirect case scheduleActivity(OperationKey, ActivityProgress)
    /// Send an attempt's task to its worker.
    indirect case dispatchActivity(ActivityLease, ActivityProgress)
    /// The worker no longer has this attempt: give its credit back.
    case freeActivity(ActivityLease)
    /// Tell the worker that its attempt is over.
    case revokeActivity(ActivityLease)
    /// Look at the run again at this instant.
    case wake(at: Timestamp)
}
