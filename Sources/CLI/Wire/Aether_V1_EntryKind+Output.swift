internal import AetherProtocol
internal import AetherRuntime

extension Aether_V1_EntryKind {
    /// The kind's stable name in JSON, in the wire contract's words.
    var name: String {
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

    /// What happened, for people.
    var cell: Cell {
        guard let known = UInt8(exactly: rawValue).flatMap(EntryKind.init(rawValue:)) else {
            return Cell("entry of kind \(rawValue)", style: .faint)
        }
        return Cell(known.title, style: known.style)
    }
}

extension EntryKind {
    fileprivate var style: Style {
        switch self {
        case .stepFailed, .activityFailed, .blocked: .bad
        case .released, .stepAttemptFailed, .activityAttemptFailed, .cancelRequested, .operationCancelled, .terminated:
            .warning
        case .started, .assigned, .stepCompleted, .timerStarted, .timerFired, .childStarted, .childClosed,
            .activityScheduled, .activityStarted, .activityCompleted, .signalReceived, .signalAwaited, .signalConsumed,
            .valueSet, .versionSet, .closed:
            .plain
        }
    }
}
