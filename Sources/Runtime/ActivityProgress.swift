/// How far a scheduled activity has come.
package struct ActivityProgress: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        /// No worker has it; one may from this instant on.
        case waiting(from: Timestamp)
        case running(worker: String, since: Timestamp)
    }

    package var spec: ActivitySpec
    package var scheduledAt: Timestamp
    package var phase: Phase
    /// The number of the attempt that began last; 0 before the first.
    package var attempt: UInt32 = 0
    /// How many attempts have failed. One that never reached its worker does not count.
    package var failures: UInt32 = 0
    package var lastFailure: Failure?
    /// The worker that had the attempt which began last.
    package var lastWorker: String?
    /// The details of the last heartbeat of the attempt before.
    package var details: [UInt8] = []

    /// The lease of the attempt under way.
    package func lease(of key: OperationKey) -> ActivityLease? {
        guard case .running(let worker, let since) = phase else { return nil }
        return ActivityLease(key: key, attempt: attempt, worker: worker, since: since)
    }

    /// When the activity as a whole is over time; `nil` when it has no limit.
    var closeDeadline: Timestamp? {
        spec.scheduleToCloseMilliseconds > 0 ? scheduledAt.advanced(by: spec.scheduleToCloseMilliseconds) : nil
    }

    /// When the attempt under way is over time.
    var attemptDeadline: Timestamp? {
        guard case .running(_, let since) = phase, spec.startToCloseMilliseconds > 0 else { return nil }
        return since.advanced(by: spec.startToCloseMilliseconds)
    }

    /// When the attempt under way has been silent for too long.
    func heartbeatDeadline(after heartbeat: Timestamp?) -> Timestamp? {
        guard case .running(_, let since) = phase, spec.heartbeatMilliseconds > 0 else { return nil }
        return max(since, heartbeat ?? since).advanced(by: spec.heartbeatMilliseconds)
    }

    /// When to look at it again, after an instant.
    func nextDeadline(after now: Timestamp, heartbeat: Timestamp?) -> Timestamp? {
        var deadlines = [closeDeadline, attemptDeadline, heartbeatDeadline(after: heartbeat)].compactMap(\.self)
        if case .waiting(let from) = phase { deadlines.append(from) }
        return deadlines.filter { $0 > now }.min()
    }
}

/// A worker's right to answer for one attempt at an activity.
package struct ActivityLease: Sendable, Hashable {
    package var key: OperationKey
    package var attempt: UInt32
    package var worker: String
    /// When the attempt began.
    package var since: Timestamp
}
