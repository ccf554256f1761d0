extension WorkflowExecution {
    // MARK: Signals and children

    mutating func receive(
        _ signal: Signal, at now: Timestamp, _ decision: inout Decision
    ) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        if signals.knows(signal.id) { return }
        record(.signalReceived(signal), at: now, &decision)
        consumeSignals(signal.name, at: now, &decision)
    }

    mutating func consumeSignals(_ name: String, at now: Timestamp, _ decision: inout Decision) {
        while let (key, signal) = signals.match(name) {
            record(.signalConsumed(key: key, signal: signal), at: now, &decision)
        }
    }

    mutating func closeChild(
        _ key: OperationKey, _ outcome: WorkflowOutcome, at now: Timestamp, _ decision: inout Decision
    ) {
        guard self.outcome == nil, case .child = pending[key]?.kind else { return }
        record(.childClosed(key: key, outcome), at: now, &decision)
    }

    /// The branch that waited for an operation was cancelled.
    mutating func followCancellation(of key: OperationKey, at now: Timestamp, _ decision: inout Decision) {
        switch pending[key]?.kind {
        case .child(let child) where child.closePolicy != .abandon:
            decision.effects.append(.cancelChild(child.id))
        case .activity(let activity) where activity.spec.cancellation != .abandon:
            // One that runs is told with its next heartbeat, and ends by itself.
            guard activity.lease(of: key) == nil else { return }
            fail(
                key, activity, Failure(message: "the activity was cancelled", type: Failure.cancelled), at: now,
                &decision)
        case .child, .activity, .timer, .signal, .step, nil:
            break
        }
    }

    // MARK: Activities

    mutating func assignActivity(
        _ key: OperationKey, _ worker: String, at now: Timestamp, _ decision: inout Decision
    ) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        guard case .activity(let activity) = pending[key]?.kind, case .waiting(let from) = activity.phase, from <= now
        else { throw .activityNotWaiting }
        record(.activityStarted(key: key, attempt: activity.attempt + 1, worker: worker), at: now, &decision)
        guard case .activity(let started) = pending[key]?.kind, let lease = started.lease(of: key) else { return }
        decision.effects.append(.dispatchActivity(lease, started))
    }

    mutating func completeActivity(
        _ key: OperationKey, _ attempt: UInt32, _ result: ActivityResult,
        _ heartbeats: [OperationKey: ActivityHeartbeat], at now: Timestamp, _ decision: inout Decision
    ) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        guard case .activity(let activity) = pending[key]?.kind, let lease = activity.lease(of: key),
            lease.attempt == attempt
        else { throw .staleAttempt(activity: key.name, attempt: attempt) }
        decision.effects.append(.freeActivity(lease))
        let details = heartbeats[key]?.details
        switch result {
        case .completed(let bytes):
            record(.activityCompleted(key: key, attempt: attempt, result: bytes), at: now, &decision)
        case .failed(let failure):
            failAttempt(key, activity, failure, details, at: now, &decision)
        case .workerGone:
            let failure = Failure(message: "worker \(lease.worker) is gone", type: Failure.workerGone)
            failAttempt(key, activity, failure, details, at: now, &decision)
        case .notDelivered:
            let failure = Failure(message: "the task did not reach its worker", type: Failure.notDelivered)
            failAttempt(key, activity, failure, details, at: now, &decision)
        }
    }

    private mutating func failAttempt(
        _ key: OperationKey, _ activity: ActivityProgress, _ failure: Failure, _ details: [UInt8]?, at now: Timestamp,
        _ decision: inout Decision
    ) {
        let isCancelled = pending[key]?.isCancelled == true && activity.spec.cancellation != .abandon
        let counts = failure.type != Failure.notDelivered
        guard !isCancelled, !counts || activity.spec.retry.retries(after: activity.failures + 1, failure) else {
            return fail(key, activity, failure, at: now, &decision)
        }
        let random = SplitMix64.hash(start.seed, key.rawValue, UInt64(activity.attempt))
        let delay = counts ? activity.spec.retry.delayMilliseconds(after: activity.failures + 1, random: random) : 0
        let retryAt = max(now, lastTime).advanced(by: delay)
        record(
            .activityAttemptFailed(
                key: key, attempt: activity.attempt, failure: failure, details: details ?? activity.details,
                retryAt: retryAt),
            at: now, &decision)
    }

    private mutating func fail(
        _ key: OperationKey, _ activity: ActivityProgress, _ failure: Failure, at now: Timestamp,
        _ decision: inout Decision
    ) {
        record(.activityFailed(key: key, attempt: activity.attempt, failure: failure), at: now, &decision)
    }

    // MARK: Deadlines

    /// Does what is due, and asks to be woken for what comes next.
    mutating func actOnDeadlines(
        at now: Timestamp, _ heartbeats: [OperationKey: ActivityHeartbeat], _ decision: inout Decision
    ) {
        guard outcome == nil else { return }
        while let key = deadlines.popDue(at: now) {
            switch pending[key]?.kind {
            case .timer(let fireAt) where fireAt <= now:
                record(.timerFired(key: key), at: now, &decision)
            case .signal(_, let deadline?) where deadline <= now:
                record(.timerFired(key: key), at: now, &decision)
            case .activity(let activity):
                actOnDeadline(key, activity, heartbeats[key], at: now, &decision)
            case .timer, .signal, .child, .step, nil:
                break
            }
        }
        if let next = deadlines.announce() { decision.effects.append(.wake(at: next)) }
    }

    private mutating func actOnDeadline(
        _ key: OperationKey, _ activity: ActivityProgress, _ heartbeat: ActivityHeartbeat?, at now: Timestamp,
        _ decision: inout Decision
    ) {
        if let deadline = activity.closeDeadline, deadline <= now {
            end(activity.lease(of: key), &decision)
            let limit = activity.spec.scheduleToCloseMilliseconds
            return fail(key, activity, .timeout("the activity took longer than \(limit) ms in all"), at: now, &decision)
        }
        if let deadline = activity.attemptDeadline, deadline <= now {
            end(activity.lease(of: key), &decision)
            let limit = activity.spec.startToCloseMilliseconds
            return failAttempt(
                key, activity, .timeout("the attempt took longer than \(limit) ms"), heartbeat?.details, at: now,
                &decision)
        }
        if let deadline = activity.heartbeatDeadline(after: heartbeat?.time), deadline <= now {
            end(activity.lease(of: key), &decision)
            let limit = activity.spec.heartbeatMilliseconds
            return failAttempt(
                key, activity, .timeout("there was no heartbeat for \(limit) ms"), heartbeat?.details, at: now,
                &decision)
        }
        if case .waiting(let from) = activity.phase, from <= now {
            decision.effects.append(.scheduleActivity(key, activity))
        }
        if let next = activity.nextDeadline(after: now, heartbeat: heartbeat?.time) { deadlines.add(next, key) }
    }

    private func end(_ lease: ActivityLease?, _ decision: inout Decision) {
        guard let lease else { return }
        decision.effects += [.freeActivity(lease), .revokeActivity(lease)]
    }

    /// What has to be seen to again when the run is read from the store: it may not have been done before the server ended.
    package var unfinishedEffects: [Effect] {
        pending.sorted { $0.value.sequence < $1.value.sequence }.flatMap { key, operation -> [Effect] in
            guard case .child(let child) = operation.kind else { return [] }
            let start = Effect.startChild(key, child)
            return operation.isCancelled && child.closePolicy != .abandon ? [start, .cancelChild(child.id)] : [start]
        }
    }

    /// Whether nobody needs the run in memory until its next deadline, or until something addresses it.
    ///
    /// Not so a run that others depend on: what passes between a parent and its children, or to the workers of its
    /// activities, is picked up after a crash by whoever reads the runs back, and passive ones are not read.
    package var mayBePassive: Bool {
        guard isIdle, outcome == nil, start.parent.map({ $0.closePolicy == .abandon }) ?? true else { return false }
        return pending.values.allSatisfy { operation in
            switch operation.kind {
            case .timer, .signal: true
            case .child, .activity, .step: false
            }
        }
    }

    /// The running attempts at activities.
    package var activityLeases: [ActivityLease] {
        pending.compactMap { key, operation in
            if case .activity(let activity) = operation.kind { activity.lease(of: key) } else { nil }
        }
    }

    /// The task of a lease.
    package func task(_ lease: Lease) -> TaskID {
        TaskID(workflow: id, epoch: lease.epoch, incarnation: start.incarnation)
    }

    package func task(_ lease: ActivityLease) -> TaskID {
        TaskID(workflow: id, activity: lease.key, epoch: UInt64(lease.attempt), incarnation: start.incarnation)
    }

    /// Whether a worker has a task: the run, or an attempt at one of its activities.
    package func isLeased(_ task: TaskID, to worker: String) -> Bool { holder(of: task) == worker }

    /// The worker that has a task; `nil` when nobody has it, or not any more.
    package func holder(of task: TaskID) -> String? {
        guard task.incarnation == start.incarnation else { return nil }
        guard let key = task.activity else { return lease?.epoch == task.epoch ? lease?.worker.id : nil }
        guard case .activity(let activity) = pending[key]?.kind, let lease = activity.lease(of: key) else {
            return nil
        }
        return UInt64(lease.attempt) == task.epoch ? lease.worker : nil
    }

    /// When the run has to be looked at next; `nil` when it waits for nothing but messages.
    package var nextDeadline: Timestamp? { deadlines.next }
}

/// What was heard of a running attempt last.
package struct ActivityHeartbeat: Sendable, Equatable {
    package var time: Timestamp
    /// JSON bytes; `nil` when it gave none.
    package var details: [UInt8]?

    package init(time: Timestamp, details: [UInt8]?) {
        self.time = time
        self.details = details
    }
}

extension Failure {
    /// The type of the failure of an activity that ended because its call was cancelled.
    package static let cancelled = "Cancelled"
    static let workerGone = "WorkerGone"

    static func timeout(_ message: String) -> Failure {
        Failure(message: message, type: "Timeout")
    }
}
