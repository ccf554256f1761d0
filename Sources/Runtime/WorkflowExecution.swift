/// One workflow run as a value: all that its journal says, and the decisions that follow from it.
///
/// The flow is always event → ``handle(_:at:)`` → entries → ``apply(_:)``. `apply` is the only place where the state
/// changes and depends on the entry alone, so an execution rebuilt from its journal equals the live one. Time and ids
/// come in as arguments: the same state and the same event make the same decision, always.
package struct WorkflowExecution: Sendable, Equatable {
    package let id: WorkflowID
    package private(set) var start: WorkflowStart
    package private(set) var createdAt: Timestamp
    /// When a worker first got the run; `nil` while it is pending.
    package private(set) var startedAt: Timestamp?
    package private(set) var closedAt: Timestamp?
    package private(set) var outcome: WorkflowOutcome?
    /// The lease under which a worker may report; `nil` while no worker has the run.
    package private(set) var lease: Lease?
    /// The epoch of the last lease given, 0 before the first.
    package private(set) var epoch: UInt64 = 0
    /// The worker that had the run last: its memory may still hold it.
    package private(set) var lastWorker: WorkerIdentity?
    /// The entry that asks the run to end; `nil` while nobody has asked.
    package private(set) var cancelRequest: JournalEntry?
    /// Where the outcome of every finished operation stands in the journal.
    package private(set) var outcomes: [OperationKey: UInt64] = [:]
    package private(set) var lastSequence: UInt64 = 0
    /// What has begun and has no outcome yet.
    package private(set) var pending: [OperationKey: PendingOperation] = [:]
    /// What the run said of itself last, by name.
    package private(set) var values: [String: [UInt8]] = [:]
    /// Whether the run was given back because it only waits: it needs no worker until something happens.
    package private(set) var isIdle = false
    /// Why the last worker could not go on with the run; `nil` once another has it.
    package private(set) var blockage: Blockage?
    private(set) var signals = SignalBox()
    /// Where the records applied last under the lease stand. Beside the lease, which decisions hold copies of.
    private(set) var places = RecordPlaces()
    var deadlines = Deadlines()
    /// The time of the last entry. Entries never go back in time, even when the clock does.
    private(set) var lastTime: Timestamp

    /// A worker's right to report for the run.
    package struct Lease: Sendable, Equatable {
        package var worker: WorkerIdentity
        package var epoch: UInt64
        /// The highest number of a record applied under this lease.
        package var applied: UInt64 = 0

        package init(worker: WorkerIdentity, epoch: UInt64) {
            self.worker = worker
            self.epoch = epoch
        }
    }

    /// Accepts a run: the decision holds the entry that creates it.
    package static func create(
        id: WorkflowID, start: WorkflowStart, at now: Timestamp
    ) -> (execution: WorkflowExecution, decision: Decision) {
        let entry = JournalEntry(sequence: 1, time: now, event: .started(start))
        let execution = WorkflowExecution(id: id, start: start, startEntry: entry)
        return (execution, Decision(entries: [entry], effects: [.schedule]))
    }

    /// Rebuilds a run from its whole journal.
    ///
    /// - Throws: ``JournalError`` when the journal does not begin with its start, has a gap, or goes on after its end.
    package static func replay(
        id: WorkflowID, _ entries: some Sequence<JournalEntry>
    ) throws(JournalError) -> WorkflowExecution {
        var execution: WorkflowExecution?
        for entry in entries {
            if execution == nil {
                guard case .started(let start) = entry.event, entry.sequence == 1 else { throw .doesNotStart(id) }
                execution = WorkflowExecution(id: id, start: start, startEntry: entry)
            } else {
                try execution?.append(entry)
            }
        }
        guard let execution else { throw .doesNotStart(id) }
        return execution
    }

    private init(id: WorkflowID, start: WorkflowStart, startEntry: JournalEntry) {
        self.id = id
        self.start = start
        self.createdAt = startEntry.time
        self.lastSequence = startEntry.sequence
        self.lastTime = startEntry.time
        if let continuation = start.continuation {
            epoch = continuation.epoch
            signals = SignalBox(known: continuation.signalIDs)
            startedAt = startEntry.time
        }
    }

    /// The run goes on as a new one, with an empty journal.
    mutating func beginAnew(_ start: WorkflowStart, at now: Timestamp) -> JournalEntry {
        let entry = JournalEntry(sequence: 1, time: max(now, lastTime), event: .started(start))
        self = WorkflowExecution(id: id, start: start, startEntry: entry)
        return entry
    }

    /// For how many operations there is room before a run has to make more.
    private static let usualOperations = 12

    package var isCancelRequested: Bool { cancelRequest != nil }

    package var state: WorkflowState {
        if let outcome { return outcome.state }
        return startedAt == nil ? .pending : .running
    }

    /// Whether any operation is recorded: such a run can only go to a worker that can replay.
    package var needsReplay: Bool { !outcomes.isEmpty || !pending.isEmpty || isCancelRequested }

    private mutating func append(_ entry: JournalEntry) throws(JournalError) {
        guard entry.sequence == lastSequence + 1 else {
            throw .gap(id, expected: lastSequence + 1, found: entry.sequence)
        }
        guard outcome == nil else { throw .goesOnAfterItsEnd(id, sequence: entry.sequence) }
        if case .started = entry.event { throw .startsTwice(id, sequence: entry.sequence) }
        apply(entry)
    }

    /// The one place where the state changes.
    mutating func apply(_ entry: JournalEntry) {
        lastSequence = entry.sequence
        lastTime = entry.time
        if entry.record > 0 {
            lease?.applied = entry.record
            places.add(entry)
        }
        if let key = entry.event.outcomeKey {
            if outcomes.isEmpty { outcomes.reserveCapacity(Self.usualOperations) }
            outcomes[key] = entry.sequence
            finish(key, entry.event)
            isIdle = false
        }
        switch entry.event {
        case .started, .stepCompleted, .stepFailed, .timerFired, .childClosed, .activityCompleted, .activityFailed,
            .signalConsumed, .versionSet, .terminated:
            break
        case .assigned(let worker, let epoch):
            self.epoch = epoch
            lease = Lease(worker: worker, epoch: epoch)
            places = RecordPlaces()
            lastWorker = worker
            isIdle = false
            blockage = nil
            if startedAt == nil { startedAt = entry.time }
        case .released(_, let reason):
            lease = nil
            isIdle = reason == .evicted
        case .blocked(_, let blockage):
            lease = nil
            self.blockage = blockage
        case .valueSet(_, let name, let value):
            values[name] = value
        case .signalReceived(let signal):
            signals.receive(signal, sequence: entry.sequence)
        case .cancelRequested:
            cancelRequest = entry
            isIdle = false
        case .closed(let outcome):
            self.outcome = outcome
            closedAt = entry.time
            lease = nil
            pending = [:]
            isIdle = false
            blockage = nil
            deadlines.removeAll()
        case .stepAttemptFailed, .timerStarted, .childStarted, .activityScheduled, .activityStarted,
            .activityAttemptFailed, .signalAwaited, .operationCancelled:
            progress(entry)
        }
    }

    /// An operation that is under way begins, goes on, or is no longer waited for.
    private mutating func progress(_ entry: JournalEntry) {
        switch entry.event {
        case .stepAttemptFailed(let key, let attempt, let failure, let retryAt):
            begin(key, entry, .step(attempt: attempt, failure: failure, retryAt: retryAt))
        case .timerStarted(let key, let fireAt):
            begin(key, entry, .timer(fireAt: fireAt))
            deadlines.add(fireAt, key)
        case .childStarted(let key, let child):
            begin(key, entry, .child(child))
        case .signalAwaited(let key, let name, let deadline):
            begin(key, entry, .signal(name: name, deadline: deadline))
            signals.await(name, key)
            if let deadline { deadlines.add(deadline, key) }
        case .activityScheduled(let key, let spec):
            let activity = ActivityProgress(spec: spec, scheduledAt: entry.time, phase: .waiting(from: entry.time))
            begin(key, entry, .activity(activity))
            deadlines.add(entry.time, key)
            if let deadline = activity.closeDeadline { deadlines.add(deadline, key) }
        case .activityStarted(let key, let attempt, let worker):
            change(key) { activity in
                activity.attempt = attempt
                activity.phase = .running(worker: worker, since: entry.time)
                activity.lastWorker = worker
            }
        case .activityAttemptFailed(let key, _, let failure, let details, let retryAt):
            change(key) { activity in
                activity.phase = .waiting(from: retryAt)
                activity.lastFailure = failure
                activity.details = details
                if failure.type != Failure.notDelivered { activity.failures += 1 }
            }
        case .operationCancelled(let key):
            cancelOperation(key)
        default:
            break
        }
    }

    private mutating func begin(_ key: OperationKey, _ entry: JournalEntry, _ kind: PendingOperation.Kind) {
        pending[key] = PendingOperation(sequence: pending[key]?.sequence ?? entry.sequence, kind: kind)
    }

    private mutating func change(_ key: OperationKey, _ change: (inout ActivityProgress) -> Void) {
        guard case .activity(var activity) = pending[key]?.kind else { return }
        change(&activity)
        pending[key]?.kind = .activity(activity)
        if let next = activity.nextDeadline(after: Timestamp(rawValue: .min), heartbeat: nil) {
            deadlines.add(next, key)
        }
    }

    private mutating func finish(_ key: OperationKey, _ event: JournalEvent) {
        guard !pending.isEmpty, let operation = pending.removeValue(forKey: key) else { return }
        guard case .signal(let name, _) = operation.kind else { return }
        if case .signalConsumed(_, let signal) = event {
            signals.consume(name, key, signal: signal)
        } else {
            signals.stopAwaiting(name, key)
        }
    }

    /// Nobody waits for the operation any more. A child and an activity stay until they have ended.
    private mutating func cancelOperation(_ key: OperationKey) {
        switch pending[key]?.kind {
        case .child, .activity:
            pending[key]?.isCancelled = true
        case .signal(let name, _):
            signals.stopAwaiting(name, key)
            pending[key] = nil
        case .timer, .step, nil:
            pending[key] = nil
        }
    }
}

extension Failure {
    /// The type of the failure of an attempt whose task never reached its worker.
    static let notDelivered = "NotDelivered"
}
