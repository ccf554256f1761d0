internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// One active workflow run: takes events one at a time, lets the core decide, and puts the decision in line to be
/// committed. What follows from a decision happens after its commit, in `EffectDispatcher`.
actor WorkflowActor {
    typealias Ticket = PersistenceActor.Ticket

    /// What an event led to: where its entries stand in the line of commits, and what the core says of them.
    struct Staged: Sendable {
        /// `nil` when there was nothing to write that is not in line already.
        var ticket: Ticket?
        var acknowledged: [RecordPlace] = []
    }

    nonisolated let id: WorkflowID
    nonisolated let persistence: PersistenceActor
    /// What the store said of the run's id; `nil` for a run that was read from it.
    nonisolated let creation: Commit.Creation?
    private var execution: WorkflowExecution
    /// The ticket of the last decision after the creation; it may not be durable yet.
    private var laterTicket: Ticket?
    private var lastTicket: Ticket? { laterTicket ?? creation?.ticket }
    private var currentStep = ""
    private let discarded = Mutex(false)

    /// A run that is in the store already.
    init(execution: WorkflowExecution, persistence: PersistenceActor) {
        self.id = execution.id
        self.execution = execution
        self.persistence = persistence
        self.creation = nil
    }

    /// A new run, whose creation is put in line at once: nobody can put anything of the run in line before it.
    init(creating execution: WorkflowExecution, _ decision: Decision, persistence: PersistenceActor) {
        let creation = Commit.Creation()
        self.id = execution.id
        self.execution = execution
        self.persistence = persistence
        self.creation = creation
        let write = WorkflowWrite(id: execution.id, summary: execution.summary, isNew: true, entries: decision.entries)
        let request = execution.schedulingRequest
        creation.put(
            persistence.enqueue(
                Commit(workflow: self, write: write, effects: decision.effects, request: request, creation: creation)))
    }

    /// Whether memory went back behind this actor's state because a write failed. It then takes no more events.
    nonisolated var isDiscarded: Bool { discarded.withLock { $0 } }

    /// Whether the run is in the store, so that its id is its own. Until then another run may turn out to have the id.
    nonisolated var isConfirmed: Bool { creation?.isDurable ?? true }

    nonisolated func discard() {
        discarded.withLock { $0 = true }
    }

    /// Handles an event, and puts what it decides in line.
    func handle(_ event: WorkflowEvent, at now: Timestamp) throws(WorkflowFault) -> Staged {
        guard !isDiscarded else { throw .discarded }
        let decision: Decision
        do {
            decision = try execution.handle(event, at: now)
        } catch {
            throw .refused(error)
        }
        guard !decision.entries.isEmpty else {
            // A report that came before: its first commit may still be under way.
            return Staged(ticket: lastTicket, acknowledged: decision.acknowledged)
        }
        return Staged(ticket: stage(decision), acknowledged: decision.acknowledged)
    }

    /// Applies a worker's report.
    ///
    /// - Parameters:
    ///   - epoch: the lease under which the worker reports.
    ///   - firstRecord: the number of the first record within the lease.
    ///   - records: what is reported.
    ///   - currentStep: the oldest step that has been running for a while, if that changed. Not durable.
    ///   - now: the time of new entries.
    /// - Returns: the place of the decision in line, and the sequence of each record.
    /// - Throws: ``WorkflowFault`` `refused`, `discarded`; nothing changed then.
    func advance(
        epoch: UInt64, firstRecord: UInt64, records: [WorkerRecord], currentStep: String?, at now: Timestamp
    ) throws(WorkflowFault) -> Staged {
        let staged = try handle(.advance(epoch: epoch, firstRecord: firstRecord, records: records), at: now)
        if let currentStep { self.currentStep = currentStep }
        return staged
    }

    /// The run as it is now; its last entries may not be durable yet.
    func snapshot() -> Snapshot {
        Snapshot(execution: execution, lastTicket: lastTicket, currentStep: currentStep)
    }

    struct Snapshot: Sendable {
        var execution: WorkflowExecution
        var lastTicket: Ticket?
        var currentStep: String
    }

    private func stage(_ decision: Decision) -> Ticket {
        let changesSummary = decision.entries.contains(where: \.changesSummary)
        var commit = Commit(
            workflow: self,
            write: WorkflowWrite(
                id: id, summary: changesSummary ? execution.summary : nil, entries: decision.entries),
            effects: decision.effects
        )
        for effect in decision.effects {
            switch effect {
            case .schedule: commit.request = execution.schedulingRequest
            case .dispatch(let lease): commit.assignment = assignment(lease, decision.entries)
            case .free: currentStep = ""
            default: break
            }
        }
        let ticket = persistence.enqueue(commit)
        laterTicket = ticket
        return ticket
    }

    /// The task of a lease. The journal of a run's first assignment is at hand; a longer one is read when it is sent.
    private func assignment(_ lease: WorkflowExecution.Lease, _ entries: [JournalEntry]) -> TaskAssignment {
        let started = JournalEntry(sequence: 1, time: execution.createdAt, event: .started(execution.start))
        return TaskAssignment(
            taskID: TaskID(workflow: id, epoch: lease.epoch),
            start: execution.start,
            journalLength: execution.lastSequence,
            journal: execution.lastSequence == 2 ? [started] + entries : nil
        )
    }
}

/// Why a workflow's actor did not take an event.
enum WorkflowFault: Error {
    case refused(WorkflowError)
    /// The actor is no longer the run's: look it up again.
    case discarded
    /// The event was taken, but what it decided could not be written.
    case unwritable(StoreError)
}

extension JournalEntry {
    fileprivate var changesSummary: Bool {
        switch event {
        case .assigned(_, let epoch): epoch == 1
        case .started, .closed: true
        default: false
        }
    }
}

extension WorkflowExecution {
    var schedulingRequest: TaskScheduler.Request {
        TaskScheduler.Request(
            workflow: id, type: start.type, lastWorker: lastWorker?.id, needsReplay: needsReplay)
    }

    var summary: WorkflowSummary {
        WorkflowSummary(
            id: id, type: start.type, tier: start.tier, state: state, createdAt: createdAt, startedAt: startedAt,
            completedAt: closedAt)
    }
}
