/// What can happen to a run from outside.
package enum WorkflowEvent: Sendable {
    /// The scheduler found a worker.
    case assign(WorkerIdentity)
    /// A worker with a journal reports, under the lease's epoch; the records are numbered from `firstRecord`.
    case advance(epoch: UInt64, firstRecord: UInt64, records: [WorkerRecord])
    /// A plain worker answers its task with the outcome of the whole run.
    case complete(epoch: UInt64, WorkflowOutcome)
    /// The lease of this epoch is over.
    case loseLease(epoch: UInt64, LeaseEnd)
    /// The worker's run only waits, and has seen the journal up to this entry.
    case rest(epoch: UInt64, seen: UInt64)
    /// The worker makes room: the run only waits, and has seen the journal up to this entry.
    case evict(epoch: UInt64, seen: UInt64)
    /// The worker's code does not fit the journal.
    case block(epoch: UInt64, Blockage)
    case cancel
    case terminate
    case signal(Signal)
    /// A child has ended.
    case closeChild(OperationKey, WorkflowOutcome)
    /// The scheduler found a worker for an activity.
    case assignActivity(OperationKey, worker: String)
    /// A worker answers an attempt.
    case completeActivity(OperationKey, attempt: UInt32, ActivityResult)
    /// An instant that ``Effect/wake(at:)`` asked for.
    case wake
}

/// How an attempt at an activity ended.
package enum ActivityResult: Sendable, Hashable {
    case completed([UInt8])
    case failed(Failure)
    /// Its worker is gone, or lost it.
    case workerGone
    /// Its task never reached the worker: the attempt does not count.
    case notDelivered
}
