import Aether
import Foundation
import Testing

extension TestBed {
    enum Kind: String {
        case timerStarted = "TIMER_STARTED"
        case childStarted = "CHILD_STARTED"
        case signalAwaited = "SIGNAL_AWAITED"
        case activityScheduled = "ACTIVITY_SCHEDULED"
        case activityStarted = "ACTIVITY_STARTED"
        case activityAttemptFailed = "ACTIVITY_ATTEMPT_FAILED"
        case released = "RELEASED"
    }

    /// Asks for a run's history until it has an entry of a kind; there is no call that waits for one.
    func entry(_ kind: Kind, of id: String, count: Int = 1, _ server: RunningServer) async throws {
        while try await history(id, server).count(where: { $0.kind == kind.rawValue }) < count {
            try Task.checkCancellation()
        }
    }
}
