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
    /// The time of the last entry. Entries never go back in time, even when the clock does.
    private(set) var lastTime: Timestamp

    /// A worker's right to report for the run.
    package struct Lease: Sendable, Equatable {
        package var worker: WorkerIdentity
        package var epoch: UInt64
        /// The highest number of a record applied under this lease.
        package var applied: UInt64 = 0
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
    }

    package var isCancelRequested: Bool { cancelRequest != nil }

    package var state: WorkflowState {
        if let outcome { return outcome.state }
        return startedAt == nil ? .pending : .running
    }

    /// Whether any operation is recorded: such a run can only go to a worker that can replay.
    package var needsReplay: Bool { !outcomes.isEmpty || isCancelRequested }

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
        if entry.record > 0 { lease?.applied = entry.record }
        if let key = entry.event.outcomeKey { outcomes[key] = entry.sequence }
        switch entry.event {
        case .started, .stepCompleted, .stepFailed:
            break
        case .assigned(let worker, let epoch):
            self.epoch = epoch
            lease = Lease(worker: worker, epoch: epoch)
            lastWorker = worker
            if startedAt == nil { startedAt = entry.time }
        case .released:
            lease = nil
        case .cancelRequested:
            cancelRequest = entry
        case .closed(let outcome):
            self.outcome = outcome
            closedAt = entry.time
            lease = nil
        }
    }
}
