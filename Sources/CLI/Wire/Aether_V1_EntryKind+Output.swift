internal import AetherProtocol
internal import AetherRuntime

extension Aether_V1_EntryKind {
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
