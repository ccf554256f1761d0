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
    case cancel
}
