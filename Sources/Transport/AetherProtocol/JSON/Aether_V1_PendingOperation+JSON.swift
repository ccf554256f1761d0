package import AetherJSON

extension Aether_V1_PendingOperation {
    /// An element of `pending` in `aether status --json`.
    package var json: JSONValue {
        .object([
            "kind": .string(kindName),
            "key": .string(key),
            "name": .textOrNull(name),
            "child": .textOrNull(childID),
            "attempt": attempt == 0 ? .null : .integer(attempt),
            "dueAt": .instant(dueTime),
            "worker": .textOrNull(workerID),
            "failure": hasFailure ? failure.json : .null,
        ])
    }

    private var kindName: String {
        switch kind {
        case .timerStarted: "TIMER"
        case .childStarted: "CHILD"
        case .activityScheduled: "ACTIVITY"
        case .signalAwaited: "SIGNAL"
        case .stepAttemptFailed: "STEP"
        default: kind.name
        }
    }
}
