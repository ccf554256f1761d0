internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// One active workflow run: takes events one at a time, lets the core decide, and puts the decision in line to be
/// committed. What follows from a decision happens after its commit, in `EffectDispatcher`.
actor WorkflowActor {
    typealias Ticket = PersistenceActor.Ticket

    /// What an event led to: where its entries stand in the line of commits, and what the core says of them.
    struct Staged: Sendable {
        /// `nil` when there is nothing to wait for.
        var ticket: Ticket?
        var acknowledged: [RecordPlace] = []
        /// What the scheduler is to be asked, of an event that is one of many.
        var requests: [TaskScheduler.Request] = []
    }

    nonisolated let id: WorkflowID
    private let current: Mutex<WorkflowStart>
    nonisolated let persistence: PersistenceActor
    /// What the store said of the run's id; `nil` for a run that was read from it.
    nonisolated let creation: Commit.Creation?
    private var execution: WorkflowExecution
    /// When the run began: that of ``start``.
    private var createdAt: Timestamp
    /// The ticket of the last decision after the creation; it may not be durable yet.
    private var laterTicket: Ticket?
    var lastTicket: Ticket? { laterTicket ?? creation?.ticket }
    private var currentStep = ""
    /// The last generation of workers there was when the run was assigned.
    private var generation: UInt64 = 0
    /// When the attempts under way at activities were heard of last. Not durable.
    private var heartbeats: [OperationKey: ActivityHeartbeat] = [:]
    /// Whether the run asked to be woken.
    private var hasWake = false
    /// The last time that the run was to leave memory, and nothing happened to it since.
    private var retirement: Consequences.Retirement?
    private var retirements: UInt64 = 0
    private let absence = Mutex(Absence.no)

    /// Whether the run still lives in this actor.
    private enum Absence {
        case no
        /// Memory went back behind this actor's state because a write failed.
        case discarded
        /// All of it is in the store, or in line.
        case retired
    }

    /// A run that is in the store already. That it was read counts as a heartbeat of its activities.
    init(execution: WorkflowExecution, persistence: PersistenceActor, readAt now: Timestamp) {
        self.id = execution.id
        self.current = Mutex(execution.start)
        self.execution = execution
        self.createdAt = execution.createdAt
        self.persistence = persistence
        self.creation = nil
        for lease in execution.activityLeases {
            heartbeats[lease.key] = ActivityHeartbeat(time: now, details: nil)
        }
    }

    /// A new run, whose creation is put in line at once: nobody can put anything of the run in line before it. Whoever makes
    /// it has it scheduled and rings. With `replacesClosed`, a run of the same id that has ended makes way.
    init(
        creating execution: WorkflowExecution, _ decision: Decision, replacesClosed: Bool = false,
        persistence: PersistenceActor
    ) {
        let creation = Commit.Creation()
        self.id = execution.id
        self.current = Mutex(execution.start)
        self.execution = execution
        self.createdAt = execution.createdAt
        self.persistence = persistence
        self.creation = creation
        let write = WorkflowWrite(
            id: execution.id, summary: execution.summary, isNew: true, replaces: replacesClosed ? .closed : .nothing,
            entries: decision.entries)
        let effects = decision.effects.filter { $0 != .schedule }
        let consequences =
            effects.isEmpty ? nil : Consequences(of: self, seed: execution.start.seed, effects: effects)
        creation.put(
            persistence.enqueue(
                Commit(workflow: self, write: write, creation: creation, consequences: consequences), rings: false))
    }

    /// How the run began; how it went on, once that is in line, if it continued as new.
    nonisolated var start: WorkflowStart { current.withLock { $0 } }

    /// Whether memory went back behind this actor's state because a write failed. It then takes no more events.
    nonisolated var isDiscarded: Bool {
        absence.withLock { if case .discarded = $0 { true } else { false } }
    }

    /// Whether the actor takes no more events: the run has to be read from the store.
    nonisolated var isAbsent: Bool {
        absence.withLock { if case .no = $0 { false } else { true } }
    }

    /// Whether the run is in the store, so that its id is its own. Until then another run may turn out to have the id.
    nonisolated var isConfirmed: Bool { creation?.isDurable ?? true }

    nonisolated func discard() {
        absence.withLock { $0 = .discarded }
    }

    /// Handles an event, and puts what it decides in line.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: the time of new entries.
    ///   - isOneOfMany: whether the caller, after many events, has ``Engine/give(_:)`` do at once what they ask of the scheduler,
    ///     and ring. Else the scheduler is asked once the decision is durable, and the write path begins at once.
    /// - Returns: the place of the decision in line.
    /// - Throws: ``WorkflowFault`` `refused`, `discarded`; nothing changed then.
    @discardableResult
    func handle(
        _ event: WorkflowEvent, at now: Timestamp, isOneOfMany: Bool = false
    ) throws(WorkflowFault) -> Staged {
        guard !isAbsent else { throw .discarded }
        let decision: Decision
        do {
            decision = try execution.handle(event, at: now, heartbeats: heartbeats)
        } catch {
            throw .refused(error)
        }
        guard !decision.entries.isEmpty || !decision.effects.isEmpty else {
            // A report that came before: its first commit may still be under way.
            return Staged(ticket: lastTicket, acknowledged: decision.acknowledged)
        }
        return stage(decision, isOneOfMany: isOneOfMany)
    }

    /// Handles an event of somebody who takes a refusal for the end of it.
    ///
    /// - Returns: the place in line of the decision or, if the event is refused, of what that goes by.
    /// - Throws: ``WorkflowFault`` `discarded`.
    func attempt(
        _ event: WorkflowEvent, at now: Timestamp
    ) throws(WorkflowFault) -> (ticket: Ticket?, refusal: WorkflowError?) {
        do throws(WorkflowFault) {
            return (try handle(event, at: now).ticket, nil)
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            return (lastTicket, refusal)
        }
    }

    /// Leases the run, or one of its activities, to the worker that the scheduler chose, as one of many.
    ///
    /// - Returns: what the scheduler is to be asked of what is due by now besides.
    func assign(
        _ assignment: TaskScheduler.Assignment, at now: Timestamp
    ) throws(WorkflowFault) -> [TaskScheduler.Request] {
        let staged = try handle(.assign(assignment.request.subject, to: assignment.worker), at: now, isOneOfMany: true)
        if assignment.request.subject.activity == nil { generation = assignment.generation }
        return staged.requests
    }

    /// Applies a worker's report, as one of many.
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
        let staged = try handle(
            .advance(epoch: epoch, firstRecord: firstRecord, records: records), at: now, isOneOfMany: true)
        if let currentStep { self.currentStep = currentStep }
        return staged
    }

    /// A worker says that a task goes on.
    ///
    /// - Returns: `nil` when the task is no longer the worker's; else whether it is to be cancelled.
    func heartbeat(_ task: TaskID, details: [UInt8]?, at now: Timestamp) -> Bool? {
        guard !isAbsent, execution.holder(of: task) != nil else { return nil }
        guard let key = task.activity, let operation = execution.pending[key],
            case .activity(let activity) = operation.kind
        else { return execution.isCancelRequested }
        heartbeats[key] = ActivityHeartbeat(time: now, details: details ?? heartbeats[key]?.details)
        return operation.isCancelled && activity.spec.cancellation != .abandon
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

    // MARK: Leaving memory

    /// Puts in line that the run leaves memory, if nobody needs it there before an instant.
    func passivate(before instant: Timestamp) {
        guard !isAbsent, execution.mayBePassive, execution.nextDeadline.map({ $0 > instant }) ?? true else { return }
        var summary = execution.summary
        summary.isPassive = true
        summary.wakeAt = execution.nextDeadline
        retirements += 1
        let retirement = Consequences.Retirement(number: retirements, wakeAt: summary.wakeAt)
        self.retirement = retirement
        laterTicket = persistence.enqueue(
            Commit(
                workflow: self, write: WorkflowWrite(id: id, summary: summary, entries: []),
                consequences: Consequences(
                    of: self, seed: execution.start.seed, effects: [], forgetsWake: hasWake, retirement: retirement)))
    }

    /// Does what is due in a run that was passive; if that is nothing, it is written down when it is due next.
    ///
    /// - Returns: the ticket of the last decision.
    func wakeFromPassivity(at now: Timestamp) throws(WorkflowFault) -> Ticket? {
        try handle(.wake, at: now)
        passivate(before: now)
        return lastTicket
    }

    /// The run leaves memory, unless something happened to it since that was put in line.
    func retire(_ number: UInt64) -> Bool {
        guard retirement?.number == number else { return false }
        return absence.withLock { absence in
            guard case .no = absence else { return false }
            absence = .retired
            return true
        }
    }

    /// The run is another server's from now on. What it has decided is in line, and is written.
    func leave() {
        absence.withLock { if case .no = $0 { $0 = .retired } }
    }

    // MARK: Decisions

    private func stage(_ decision: Decision, isOneOfMany: Bool) -> Staged {
        var requests: [TaskScheduler.Request] = []
        var consequences = decision.effects.isEmpty ? nil : consequences(of: decision)
        if isOneOfMany, let all = consequences {
            requests = all.requests
            consequences = all.withoutRequests
        }
        let changesSummary = decision.entries.contains(where: \.changesSummary)
        let commit = Commit(
            workflow: self,
            write: WorkflowWrite(
                id: id, summary: changesSummary ? execution.summary : nil, isNew: decision.beginsAnew,
                replaces: decision.beginsAnew ? .any : .nothing, entries: decision.entries),
            mayLag: execution.start.tier == .snapshot && decision.effects.isEmpty
                && decision.entries.allSatisfy(\.mayLag),
            consequences: consequences
        )
        retirement = nil
        let ticket = persistence.enqueue(commit, rings: !isOneOfMany)
        if let ticket { laterTicket = ticket }
        // What lags is told once all before it is durable that may not lag: acks and pushes keep the journal's order.
        return Staged(ticket: ticket ?? lastTicket, acknowledged: decision.acknowledged, requests: requests)
    }

    private func consequences(of decision: Decision) -> Consequences {
        let seed = start.seed
        var requests: [TaskScheduler.Request] = []
        var assignment: TaskAssignment?
        var forgetsWake = decision.beginsAnew && hasWake
        var endedRun = decision.beginsAnew ? endedRun(nil) : nil
        if decision.beginsAnew { beginAnew() }
        for effect in decision.effects {
            switch effect {
            case .schedule: requests.append(execution.schedulingRequest)
            case .scheduleAnew:
                var request = execution.schedulingRequest
                request.generationBefore = generation
                requests.append(request)
            case .scheduleActivity(let key, let activity):
                requests.append(
                    activity.schedulingRequest(
                        TaskSubject(workflow: id, activity: key, incarnation: execution.start.incarnation)))
            case .dispatch(let lease): assignment = self.assignment(lease, decision.entries)
            case .free: currentStep = ""
            case .freeActivity(let lease): heartbeats[lease.key] = nil
            case .wake: hasWake = true
            case .publish(let outcome):
                forgetsWake = hasWake
                endedRun = self.endedRun(outcome)
            default: break
            }
        }
        return Consequences(
            of: self, seed: seed, effects: decision.effects, requests: requests, assignment: assignment,
            forgetsWake: forgetsWake, endedRun: endedRun)
    }

    /// - Returns: `nil` for a run of no trace that is recorded.
    private func endedRun(_ outcome: WorkflowOutcome?) -> EndedRun? {
        let start = start
        guard start.trace?.isSampled == true else { return nil }
        return EndedRun(
            id: id, start: start, createdAt: createdAt,
            // Also where the execution is that of the run after already.
            attempts: execution.epoch - (start.continuation?.epoch ?? 0), outcome: outcome)
    }

    private func beginAnew() {
        current.withLock { $0 = execution.start }
        createdAt = execution.createdAt
        heartbeats = [:]
        hasWake = false
    }

    /// The task of a lease. The journal of a run's first assignment is at hand; a longer one is read when it is sent.
    private func assignment(_ lease: WorkflowExecution.Lease, _ entries: [JournalEntry]) -> TaskAssignment {
        let started = JournalEntry(sequence: 1, time: execution.createdAt, event: .started(execution.start))
        return TaskAssignment(
            taskID: execution.task(lease),
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

extension WorkflowEvent {
    /// The scheduler found a worker for a task.
    fileprivate static func assign(_ subject: TaskSubject, to worker: WorkerIdentity) -> WorkflowEvent {
        subject.activity.map { .assignActivity($0, worker: worker.id) } ?? .assign(worker)
    }
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
    var summary: WorkflowSummary {
        WorkflowSummary(
            id: id, type: start.type, tier: start.tier, state: state, createdAt: createdAt, startedAt: startedAt,
            completedAt: closedAt)
    }
}
