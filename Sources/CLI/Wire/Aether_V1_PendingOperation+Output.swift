internal import AetherProtocol
internal import Foundation

extension Aether_V1_PendingOperation {
    /// What `aether status` says of it, in one line.
    func line(in zone: TimeZone) -> String {
        let due = Instant(wire: dueTime)?.dateAndTime(in: zone)
        let error = hasFailure ? "; last error: \(cause)" : ""
        switch kind {
        case .timerStarted: return (name.isEmpty ? "sleep" : "sleep \(name)") + (due.map { " until \($0)" } ?? "")
        case .childStarted: return "child \(name) \(childID)"
        case .signalAwaited: return "signal \(name)" + (due.map { " until \($0)" } ?? "")
        case .activityScheduled where !workerID.isEmpty:
            return "activity \(name), attempt \(attempt) on \(workerID)" + error
        case .activityScheduled:
            return "activity \(name), attempt \(attempt) " + (due.map { "at \($0)" } ?? "as soon as a worker has room")
                + error
        case .stepAttemptFailed: return "step \(name), attempt \(attempt)" + (due.map { " at \($0)" } ?? "") + error
        default: return key
        }
    }

    private var cause: String {
        var failure = failure
        failure.step = ""
        return failure.line
    }
}
