/// What one journal entry says happened.
public enum JournalEvent: Sendable, Hashable {
    case started(WorkflowStart)
    /// The workflow task was leased to a worker under an epoch, which counts from 1 and only grows.
    case assigned(worker: WorkerIdentity, epoch: UInt64)
    /// The lease of this epoch ended before the workflow did.
    case released(epoch: UInt64, reason: LeaseEnd)
    case stepCompleted(key: OperationKey, result: [UInt8])
    case stepFailed(key: OperationKey, failure: Failure)
    case cancelRequested
    case closed(WorkflowOutcome)

    /// The number under which an entry of this event is stored and sent.
    public var kind: EntryKind {
        switch self {
        case .started: .started
        case .assigned: .assigned
        case .released: .released
        case .stepCompleted: .stepCompleted
        case .stepFailed: .stepFailed
        case .cancelRequested: .cancelRequested
        case .closed: .closed
        }
    }

    /// The key of the operation whose outcome this is; `nil` for events of the run itself.
    public var outcomeKey: OperationKey? {
        switch self {
        case .stepCompleted(let key, _), .stepFailed(let key, _): key
        case .started, .assigned, .released, .cancelRequested, .closed: nil
        }
    }
}
