/// What one journal entry says happened.
public enum JournalEvent: Sendable, Hashable {
    indirect case started(WorkflowStart)
    /// The workflow task was leased to a worker under an epoch, which counts from 1 and only grows.
    case assigned(worker: WorkerIdentity, epoch: UInt64)
    /// The lease of this epoch ended before the workflow did.
    case released(epoch: UInt64, reason: LeaseEnd)
    /// The lease of this epoch ended because the worker's code does not fit the journal.
    indirect case blocked(epoch: UInt64, Blockage)
    case stepCompleted(key: OperationKey, result: [UInt8])
    indirect case stepFailed(key: OperationKey, failure: Failure)
    /// An attempt at a step failed; the next one begins no sooner than `retryAt`. Attempts count from 1.
    indirect case stepAttemptFailed(key: OperationKey, attempt: UInt32, failure: Failure, retryAt: Timestamp)
    case timerStarted(key: OperationKey, fireAt: Timestamp)
    /// A timer fired, or the time to wait for a signal is over.
    case timerFired(key: OperationKey)
    indirect case childStarted(key: OperationKey, ChildStart)
    indirect case childClosed(key: OperationKey, WorkflowOutcome)
    indirect case activityScheduled(key: OperationKey, ActivitySpec)
    /// An attempt was leased to a worker. Attempts count from 1.
    case activityStarted(key: OperationKey, attempt: UInt32, worker: String)
    /// An attempt failed; the next one begins no sooner than `retryAt` and is given the details of the last heartbeat.
    indirect case activityAttemptFailed(
        key: OperationKey, attempt: UInt32, failure: Failure, details: [UInt8], retryAt: Timestamp)
    case activityCompleted(key: OperationKey, attempt: UInt32, result: [UInt8])
    indirect case activityFailed(key: OperationKey, attempt: UInt32, failure: Failure)
    indirect case signalReceived(Signal)
    /// The workflow waits for a signal of a name, not beyond the deadline.
    indirect case signalAwaited(key: OperationKey, name: String, deadline: Timestamp?)
    /// The waiting operation got the signal that the entry of this sequence received.
    case signalConsumed(key: OperationKey, signal: UInt64)
    case valueSet(key: OperationKey, name: String, value: [UInt8])
    /// From here on the run follows this version of a change to the code.
    case versionSet(key: OperationKey, change: String, version: UInt32)
    case cancelRequested
    /// The branch that waited for the operation was cancelled.
    case operationCancelled(key: OperationKey)
    case terminated
    case closed(WorkflowOutcome)

    /// The number under which an entry of this event is stored and sent.
    public var kind: EntryKind {
        switch self {
        case .started: .started
        case .assigned: .assigned
        case .released: .released
        case .blocked: .blocked
        case .stepCompleted: .stepCompleted
        case .stepFailed: .stepFailed
        case .stepAttemptFailed: .stepAttemptFailed
        case .timerStarted: .timerStarted
        case .timerFired: .timerFired
        case .childStarted: .childStarted
        case .childClosed: .childClosed
        case .activityScheduled: .activityScheduled
        case .activityStarted: .activityStarted
        case .activityAttemptFailed: .activityAttemptFailed
        case .activityCompleted: .activityCompleted
        case .activityFailed: .activityFailed
        case .signalReceived: .signalReceived
        case .signalAwaited: .signalAwaited
        case .signalConsumed: .signalConsumed
        case .valueSet: .valueSet
        case .versionSet: .versionSet
        case .operationCancelled: .operationCancelled
        case .terminated: .terminated
        case .cancelRequested: .cancelRequested
        case .closed: .closed
        }
    }

    /// The key of the operation whose outcome this is; `nil` for every other event.
    public var outcomeKey: OperationKey? {
        switch self {
        case .stepCompleted(let key, _), .stepFailed(let key, _), .timerFired(let key), .childClosed(let key, _),
            .activityCompleted(let key, _, _), .activityFailed(let key, _, _), .signalConsumed(let key, _),
            .valueSet(let key, _, _), .versionSet(let key, _, _):
            key
        case .started, .assigned, .released, .blocked, .stepAttemptFailed, .timerStarted, .childStarted,
            .activityScheduled,
            .activityStarted, .activityAttemptFailed, .signalReceived, .signalAwaited, .cancelRequested,
            .operationCancelled, .terminated, .closed:
            nil
        }
    }

    /// The key of the operation that the event belongs to; `nil` for events of the run itself.
    public var key: OperationKey? {
        switch self {
        case .stepAttemptFailed(let key, _, _, _), .timerStarted(let key, _), .childStarted(let key, _),
            .activityScheduled(let key, _), .activityStarted(let key, _, _),
            .activityAttemptFailed(let key, _, _, _, _), .signalAwaited(let key, _, _), .operationCancelled(let key):
            key
        default:
            outcomeKey
        }
    }
}
