/// The kinds of journal entry. The numbers are stored and sent: they never change and are never used again.
///
/// The groups leave room: steps from 10, timers from 20, children from 30, activities from 40, signals from 50, values and
/// versions from 60, cancellation from 70, the end 90.
public enum EntryKind: UInt8, Sendable, Hashable, CaseIterable {
    case started = 1
    case assigned = 2
    case released = 3
    case blocked = 4
    case stepCompleted = 10
    case stepFailed = 11
    case stepAttemptFailed = 12
    case timerStarted = 20
    case timerFired = 21
    case childStarted = 30
    case childClosed = 31
    case activityScheduled = 40
    case activityStarted = 41
    case activityAttemptFailed = 42
    case activityCompleted = 43
    case activityFailed = 44
    case signalReceived = 50
    case signalAwaited = 51
    case signalConsumed = 52
    case valueSet = 60
    case versionSet = 61
    case cancelRequested = 70
    case operationCancelled = 71
    case terminated = 72
    case closed = 90

    /// The words a history shows.
    public var title: String {
        switch self {
        case .started: "workflow started"
        case .assigned: "assigned to worker"
        case .released: "released by worker"
        case .blocked: "blocked"
        case .stepCompleted: "step completed"
        case .stepFailed: "step failed"
        case .stepAttemptFailed: "step attempt failed"
        case .timerStarted: "sleep started"
        case .timerFired: "timer fired"
        case .childStarted: "child started"
        case .childClosed: "child closed"
        case .activityScheduled: "activity scheduled"
        case .activityStarted: "activity attempt started"
        case .activityAttemptFailed: "activity attempt failed"
        case .activityCompleted: "activity completed"
        case .activityFailed: "activity failed"
        case .signalReceived: "signal received"
        case .signalAwaited: "waiting for signal"
        case .signalConsumed: "signal consumed"
        case .valueSet: "value set"
        case .versionSet: "version set"
        case .cancelRequested: "cancel requested"
        case .operationCancelled: "operation cancelled"
        case .terminated: "terminated"
        case .closed: "workflow closed"
        }
    }
}
