extension Aether_V1_EntryKind {
    /// The kind's stable name in JSON, in the wire contract's words.
    package var name: String {
        switch self {
        case .started: "STARTED"
        case .assigned: "ASSIGNED"
        case .released: "RELEASED"
        case .blocked: "BLOCKED"
        case .stepCompleted: "STEP_COMPLETED"
        case .stepFailed: "STEP_FAILED"
        case .stepAttemptFailed: "STEP_ATTEMPT_FAILED"
        case .timerStarted: "TIMER_STARTED"
        case .timerFired: "TIMER_FIRED"
        case .childStarted: "CHILD_STARTED"
        case .childClosed: "CHILD_CLOSED"
        case .activityScheduled: "ACTIVITY_SCHEDULED"
        case .activityStarted: "ACTIVITY_STARTED"
        case .activityAttemptFailed: "ACTIVITY_ATTEMPT_FAILED"
        case .activityCompleted: "ACTIVITY_COMPLETED"
        case .activityFailed: "ACTIVITY_FAILED"
        case .signalReceived: "SIGNAL_RECEIVED"
        case .signalAwaited: "SIGNAL_AWAITED"
        case .signalConsumed: "SIGNAL_CONSUMED"
        case .valueSet: "VALUE_SET"
        case .versionSet: "VERSION_SET"
        case .cancelRequested: "CANCEL_REQUESTED"
        case .operationCancelled: "OPERATION_CANCELLED"
        case .terminated: "TERMINATED"
        case .closed: "CLOSED"
        case .unspecified, .UNRECOGNIZED: "KIND_\(rawValue)"
        }
    }
}
