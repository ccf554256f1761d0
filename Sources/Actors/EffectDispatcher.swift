internal import AetherRuntime
internal import Logging

/// Performs what decisions asked for, after their commit and in its order, one batch at a time: one hop to the scheduler
/// and one to each session for all that became durable together.
actor EffectDispatcher {
    private let registry: WorkflowRegistry
    private let sessions: SessionRegistry
    private let scheduler: SchedulerActor
    private let waiters: ResultWaiters
    private let timers: TimerActor
    private let clock: EngineClock
    private let logger: Logger
    private let instruments: EngineMetrics
    private let tracer: EngineTracer?
    /// How far off the next deadline of a run must be for it to leave memory.
    private let passivationHorizon: Duration
    /// Takes over what runs have to tell other runs.
    private let tell: @Sendable ([RunMessage]) -> Void
    /// Has written what is in line.
    private let ring: @Sendable () -> Void
    /// Lends places of a connection of a worker to another server.
    ///
    /// Returns `false` when that server is not there.
    typealias Lend =
        @Sendable (
            _ node: String, _ worker: String, TaskScheduler.SessionID, [TaskScheduler.Request]
        ) -> Bool
    private let lend: Lend
    private nonisolated let queue = BatchQueue<Consequences>()

    init(
        registry: WorkflowRegistry, sessions: SessionRegistry, scheduler: SchedulerActor, waiters: ResultWaiters,
        timers: TimerActor, clock: EngineClock, logger: Logger, instruments: EngineMetrics,
        tracer: EngineTracer?, passivationHorizon: Duration,
        tell: @escaping @Sendable ([RunMessage]) -> Void, ring: @escaping @Sendable () -> Void,
        lend: @escaping Lend
    ) {
        self.registry = registry
        self.sessions = sessions
        self.scheduler = scheduler
        self.waiters = waiters
        self.timers = timers
        self.clock = clock
        self.logger = logger
        self.instruments = instruments
        self.tracer = tracer
        self.passivationHorizon = passivationHorizon
        self.tell = tell
        self.ring = ring
        self.lend = lend
    }

    /// Takes over the effects of durable decisions.
    nonisolated func release(_ commits: [Commit]) {
        let consequences = commits.compactMap(\.consequences)
        if !consequences.isEmpty { queue.put(contentsOf: consequences) }
    }

    /// Performs effects until ``finish()``.
    func run() async {
        while let batch = await queue.take() {
            await perform(batch)
        }
    }

    nonisolated func finish() {
        queue.finish()
    }

    /// What a batch asks of the others.
    private struct Work {
        var requests: [TaskScheduler.Request] = []
        var actions: [String: [SessionAction]] = [:]
        var wakes: [(workflow: WorkflowID, time: Timestamp?)] = []
        var messages: [RunMessage] = []
        var idle: [WorkflowActor] = []
        var abandoned: [Consequences] = []
        var retiring: [(workflow: WorkflowActor, retirement: Consequences.Retirement)] = []
    }

    private func perform(_ batch: [Consequences]) async {
        var work = Work()
        for decided in batch {
            work.requests += decided.requests
            for effect in decided.effects { add(effect, of: decided, to: &work) }
            if let tracer, let ended = decided.endedRun { tracer.ended(ended) }
            if let retirement = decided.retirement { work.retiring.append((decided.workflow, retirement)) }
            if decided.forgetsWake { work.wakes.append((decided.workflow.id, nil)) }
        }
        var freed: [TaskScheduler.SessionID: Int] = [:]
        for (worker, actions) in work.actions { await perform(actions, of: worker, &freed) }
        await settle(freed)
        if !work.requests.isEmpty { await give(await scheduler.enqueue(work.requests)) }
        if !work.messages.isEmpty { tell(work.messages) }
        if !work.wakes.isEmpty { await timers.set(work.wakes) }
        for workflow in work.idle { await passivate(workflow) }
        for decided in work.abandoned { await takeBackCredits(decided) }
        for (workflow, retirement) in work.retiring { await retire(workflow, retirement) }
    }

    private func add(_ effect: Effect, of decided: Consequences, to work: inout Work) {
        let run = decided.workflow.id
        switch effect {
        case .schedule, .scheduleAnew, .scheduleActivity:
            break
        case .dispatch where decided.workflow.isAbsent, .dispatchActivity where decided.workflow.isAbsent:
            // Another server's by now, which finds that nobody has the task.
            work.abandoned.append(decided)
        case .dispatch(let lease):
            if let assignment = decided.assignment {
                logger.debug(
                    "a workflow was given to a worker",
                    metadata: [
                        LogKey.workflow: "\(run)", LogKey.type: "\(assignment.start.type)",
                        LogKey.worker: "\(lease.worker.id)", LogKey.attempt: .stringConvertible(lease.epoch),
                    ])
                work.actions[lease.worker.id, default: []].append(.send(.assign(assignment)))
            }
        case .push(let lease, let entry):
            work.actions[lease.worker.id, default: []].append(.send(.push(decided.task(lease), entry)))
        case .revoke(let lease):
            work.actions[lease.worker.id, default: []].append(.send(.revoke(decided.task(lease))))
        case .free(let lease):
            work.actions[lease.worker.id, default: []].append(.free(decided.task(lease)))
        case .rest(let lease):
            work.actions[lease.worker.id, default: []].append(.rest(decided.task(lease)))
        case .publish(let outcome):
            // First out of the registry, then told: who finds the run gone reads its end from the store.
            registry.remove(decided.workflow)
            waiters.publish(run, outcome)
            log(outcome, of: decided.workflow)
        case .dispatchActivity(let lease, let activity):
            let assignment = ActivityAssignment(
                taskID: decided.task(lease), start: decided.workflow.start, activity: activity)
            work.actions[lease.worker, default: []].append(.send(.attempt(assignment)))
            logger.debug(
                "an activity was given to a worker",
                metadata: [
                    LogKey.workflow: "\(run)", LogKey.activity: "\(activity.spec.name)",
                    LogKey.worker: "\(lease.worker)", LogKey.attempt: .stringConvertible(lease.attempt),
                ])
        case .freeActivity(let lease):
            work.actions[lease.worker, default: []].append(.free(decided.task(lease)))
        case .revokeActivity(let lease):
            work.actions[lease.worker, default: []].append(.send(.revoke(decided.task(lease))))
        case .wake(let time):
            work.wakes.append((run, time))
        case .passivate:
            work.idle.append(decided.workflow)
        case .tellParent, .startChild, .cancelChild, .terminateChild:
            if let message = RunMessage(effect, of: run, seed: decided.seed, in: decided.workflow.start.trace) {
                work.messages.append(message)
            }
        }
    }

    private func log(_ outcome: WorkflowOutcome, of workflow: WorkflowActor) {
        guard case .failed(let failure) = outcome else {
            return logger.debug(
                "a workflow has ended",
                metadata: [
                    LogKey.workflow: "\(workflow.id)", LogKey.type: "\(workflow.start.type)",
                    LogKey.state: "\(outcome.state.name)",
                ])
        }
        logger.info(
            "a workflow has failed",
            metadata: [
                LogKey.workflow: "\(workflow.id)", LogKey.type: "\(workflow.start.type)", LogKey.error: "\(failure)",
            ])
    }

    private func perform(
        _ actions: [SessionAction], of worker: String, _ freed: inout [TaskScheduler.SessionID: Int]
    ) async {
        guard let session = sessions.session(of: worker) else {
            return await undeliver(
                actions.compactMap { if case .send(let message) = $0 { message.begun } else { nil } })
        }
        let done = await session.perform(actions)
        if let connection = done.freed.connection { freed[connection, default: 0] += done.freed.count }
        await undeliver(done.unsent)
    }

    /// Asks one session for something.
    func perform(_ actions: [SessionAction], of session: WorkerSession) async {
        let done = await session.perform(actions)
        if let connection = done.freed.connection { await settle([connection: done.freed.count]) }
        await undeliver(done.unsent)
    }

    /// The stream went while the tasks were being committed: nobody has them.
    private func undeliver(_ tasks: [TaskID]) async {
        for task in tasks {
            // A run that refuses has ended or been discarded: then nothing is lost.
            _ = try? await registry.active(task.workflow)?.handle(.undelivered(task), at: clock.now())
        }
    }

    private func settle(_ freed: [TaskScheduler.SessionID: Int]) async {
        let taken = freed.filter { $0.value < 0 }
        if !taken.isEmpty { await scheduler.occupy(taken.mapValues { -$0 }) }
        let returned = freed.filter { $0.value > 0 }
        if !returned.isEmpty { await give(await scheduler.release(returned)) }
    }

    // MARK: Memory

    private func passivate(_ workflow: WorkflowActor) async {
        await workflow.passivate(before: clock.now().advanced(by: passivationHorizon.wholeMilliseconds))
    }

    private func retire(_ workflow: WorkflowActor, _ retirement: Consequences.Retirement) async {
        guard await workflow.retire(retirement.number) else { return }
        registry.remove(workflow)
        if let time = retirement.wakeAt { await timers.setPassive(time) }
    }

    // MARK: Assigning

    /// Gives the credits of tasks back that left a session.
    func giveBack(_ freed: WorkerSession.Freed) async {
        guard let connection = freed.connection, freed.count > 0 else { return }
        await give(await scheduler.release([connection: freed.count]))
    }

    /// Tasks will not be sent.
    func takeBackCredits(_ decided: Consequences) async {
        for effect in decided.effects {
            let (worker, task): (String, TaskID)
            switch effect {
            case .dispatch(let lease): (worker, task) = (lease.worker.id, decided.task(lease))
            case .dispatchActivity(let lease, _): (worker, task) = (lease.worker, decided.task(lease))
            default: continue
            }
            guard let session = sessions.session(of: worker) else { continue }
            await giveBack(await session.unreserve([task.subject]))
        }
    }

    /// Leases tasks to the sessions that the scheduler chose. A run that refuses gives the credit back, which may bring
    /// the session another one.
    func give(_ assignments: [TaskScheduler.Assignment]) async {
        var pending = assignments
        while !pending.isEmpty {
            var refused: [TaskScheduler.SessionID: Int] = [:]
            var again: [TaskScheduler.Request] = []
            for (connection, all) in Dictionary(grouping: pending, by: \.session) {
                var group = all
                if all.contains(where: { $0.request.borrower != nil }) {
                    group.removeAll { $0.request.borrower != nil }
                    let (unlent, late) = await lendPlaces(all.filter { $0.request.borrower != nil }, on: connection)
                    if unlent > 0 { refused[connection, default: 0] += unlent }
                    again += late
                    if group.isEmpty { continue }
                }
                let subjects = group.map(\.request.subject)
                guard let worker = group.first?.worker, let session = sessions.session(of: worker.id),
                    await session.reserve(subjects, on: connection)
                else {
                    // The stream is over, and another one may have begun.
                    await scheduler.disconnect(connection)
                    again += group.map(\.request)
                    continue
                }
                let (unassigned, requests) = await assign(group)
                again += requests
                let freed = await session.unreserve(unassigned)
                if let connection = freed.connection, freed.count > 0 {
                    refused[connection, default: 0] += freed.count
                }
            }
            pending = refused.isEmpty ? [] : await scheduler.release(refused)
            if !again.isEmpty { pending += await scheduler.enqueue(again) }
        }
    }

    /// Lends places that the scheduler found for other servers.
    ///
    /// - Returns: how many nobody took, and what is to be asked for again because the worker's stream is over.
    private func lendPlaces(
        _ assignments: [TaskScheduler.Assignment], on connection: TaskScheduler.SessionID
    ) async -> (unlent: Int, again: [TaskScheduler.Request]) {
        guard let worker = assignments.first?.worker.id else { return (0, []) }
        guard let session = sessions.session(of: worker), await session.mayLend(on: connection) else {
            await scheduler.disconnect(connection)
            return (0, assignments.map(\.request))
        }
        var unlent = 0
        for (node, group) in Dictionary(grouping: assignments, by: { $0.request.borrower ?? "" })
        where !lend(node, worker, connection, group.map(\.request)) {
            unlent += group.count
        }
        return (unlent, [])
    }

    /// - Returns: what is refused, and what the scheduler is to be asked next: for a worker that can replay, or for what is
    ///   due in the runs besides.
    private func assign(
        _ assignments: [TaskScheduler.Assignment]
    ) async -> (unassigned: [TaskSubject], requests: [TaskScheduler.Request]) {
        defer { ring() }
        var assigned: [TaskScheduler.Request] = []
        var unassigned: [TaskSubject] = []
        var requests: [TaskScheduler.Request] = []
        for assignment in assignments {
            var request = assignment.request
            do throws(WorkflowFault) {
                guard let workflow = registry.present(request.subject.workflow) else { throw .discarded }
                requests += try await workflow.assign(assignment, at: clock.now())
                tracer?.given(assignment, of: workflow.start)
                assigned.append(request)
            } catch {
                unassigned.append(request.subject)
                guard case .refused(.cannotReplay) = error else { continue }
                request.needsReplay = true
                requests.append(request)
            }
        }
        instruments.assigned(assigned, at: clock.now())
        return (unassigned, requests)
    }
}

extension WorkflowEvent {
    /// A task never reached its worker.
    fileprivate static func undelivered(_ task: TaskID) -> WorkflowEvent {
        guard let key = task.activity else { return .loseLease(epoch: task.epoch, .workerGone) }
        return .completeActivity(key, attempt: UInt32(clamping: task.epoch), .notDelivered)
    }
}
