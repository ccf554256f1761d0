package import AetherRuntime
internal import AetherStorage

/// What workers ask of the engine.
extension Engine {
    package struct Registration: Sendable {
        package var worker: WorkerIdentity
        /// Random for each process; empty for a worker that doesn't say.
        package var instance: String
        /// The workflow types it offers, each with the tier it asks for.
        package var workflows: [String: PersistenceTier?]
        /// The tasks still in its memory.
        package var held: [String]

        package init(
            worker: WorkerIdentity, instance: String, workflows: [String: PersistenceTier?], held: [String]
        ) {
            self.worker = worker
            self.instance = instance
            self.workflows = workflows
            self.held = held
        }
    }

    /// Registers a worker. Runs that it had and no longer has are given to others.
    ///
    /// - Returns: those of the held tasks that are still the worker's.
    /// - Throws: `invalidArgument`; `alreadyExists` when another live process has the id; `unavailable`.
    package func register(_ registration: Registration) async throws(EngineError) -> [String] {
        try refuseIfUnavailable()
        let worker = registration.worker
        guard !worker.id.isEmpty, worker.id.utf8.count <= WorkflowID.maximumLength else {
            throw EngineError(.invalidArgument, "worker_id must be 1 to \(WorkflowID.maximumLength) bytes long")
        }
        var claimed: [TaskID] = []
        for task in registration.held.compactMap({ TaskID($0) }) where try await holds(worker, task) {
            claimed.append(task)
        }
        let entry = WorkerSession.Registration(
            worker: worker, instance: registration.instance, offers: Set(registration.workflows.keys))
        let session = try await enter(entry, held: Set(claimed))
        var kept: [String] = []
        for task in claimed {
            // A lease that ended before the session took it over did not reach the session: nobody would free it.
            if try await holds(worker, task) {
                kept.append(task.description)
            } else {
                await dispatcher.giveBack(await session.free([task]))
            }
        }
        for case (let type, let tier?) in registration.workflows { remember(tier: tier, ofType: type) }
        return kept
    }

    private func enter(
        _ registration: WorkerSession.Registration, held: Set<TaskID>
    ) async throws(EngineError) -> WorkerSession {
        while true {
            let (session, _) = sessions.makeSession(of: registration.worker.id)
            switch await session.register(registration, held: held) {
            case .expired:
                sessions.remove(session)
            case .inUse:
                throw EngineError(
                    .alreadyExists,
                    "another process is connected as worker \(registration.worker.id); give each process its own worker id"
                )
            case .registered(let lost, let freed):
                await end(lost, .notHeld)
                await dispatcher.giveBack(freed)
                await beginGrace(session)
                return session
            }
        }
    }

    private func holds(_ worker: WorkerIdentity, _ task: TaskID) async throws(EngineError) -> Bool {
        guard case .active(let workflow) = try await lookup(task.workflow) else { return false }
        let lease = await workflow.snapshot().execution.lease
        return lease?.epoch == task.epoch && lease?.worker.id == worker.id
    }

    /// Begins a stream of tasks.
    ///
    /// - Parameters:
    ///   - worker: the id it registered under.
    ///   - maximumTasks: how many tasks the worker takes at once.
    /// - Returns: where its tasks come from; give it to ``endPoll(worker:_:)`` when the stream is over.
    /// - Throws: `failedPrecondition` when the worker has not registered; `unavailable`.
    package func poll(worker: String, maximumTasks: Int) async throws(EngineError) -> TaskFeed {
        try refuseIfUnavailable()
        guard let session = sessions.session(of: worker), let registration = await session.current else {
            throw unregistered(worker)
        }
        let feed = TaskFeed(connection: sessions.nextConnection())
        // At first without a credit: what the worker has is counted when its session takes the stream over, and runs may
        // end between the two.
        _ = await scheduler.connect(
            feed.connection,
            worker: registration.worker,
            offers: registration.offers,
            capacity: min(maximumTasks, configuration.maximumTasksPerSession),
            held: Self.uncounted
        )
        guard let connected = await session.connect(feed) else {
            await scheduler.disconnect(feed.connection)
            throw unregistered(worker)
        }
        await end(connected.lost, .notHeld)
        let credits = Self.uncounted - connected.held.count - connected.reservations
        await dispatcher.give(await scheduler.release([feed.connection: credits]))
        await pushAgain(connected.held, to: session)
        return feed
    }

    /// More tasks than any session may have.
    private static let uncounted = Int(Int32.max)

    private func unregistered(_ worker: String) -> EngineError {
        EngineError(.failedPrecondition, "worker \(worker) is not registered; call Register first")
    }

    /// Tells a worker that came back what was pushed while it was away. It passes over what it knows.
    private func pushAgain(_ tasks: [TaskID], to session: WorkerSession) async {
        var pushes: [TaskMessage] = []
        for task in tasks {
            guard let snapshot = await registry.active(task.workflow)?.snapshot(),
                let lease = snapshot.execution.lease, lease.epoch == task.epoch, !lease.worker.isPlain,
                snapshot.execution.cancelRequest != nil,
                let durable = try? await settledSnapshot(task.workflow)?.execution,
                let request = durable.cancelRequest
            else { continue }
            pushes.append(.push(task, request))
        }
        if !pushes.isEmpty { _ = await session.send(pushes) }
    }

    /// A stream of tasks has ended: the worker keeps its runs for the grace period, but for those not sent.
    package func endPoll(worker: String, _ feed: TaskFeed) async {
        await scheduler.disconnect(feed.connection)
        guard let session = sessions.session(of: worker) else { return }
        let unsent = feed.takeUnsent()
        await dispatcher.giveBack(await session.free(unsent))
        await end(unsent, .notHeld)
        if let grace = await session.disconnect(feed) { expire(session, afterGrace: grace) }
    }

    func beginGrace(_ session: WorkerSession) async {
        if let grace = await session.graceNumber() { expire(session, afterGrace: grace) }
    }

    private func expire(_ session: WorkerSession, afterGrace grace: UInt64) {
        inBackground { [self] in
            // A server that stops leaves the leases to the next one.
            guard (try? await clock.sleep(configuration.workerGrace)) != nil, !isStopping,
                let lost = await session.expire(grace)
            else { return }
            sessions.remove(session)
            await end(lost, .workerGone)
        }
    }

    private func end(_ tasks: [TaskID], _ reason: LeaseEnd) async {
        for task in tasks {
            // A run that refuses has ended or been discarded: then there is no lease to end.
            // The session no longer has it: a run that is read again finds that out.
            _ = try? await registry.active(task.workflow)?
                .handle(.loseLease(epoch: task.epoch, reason), at: clock.now())
        }
    }

    /// The journal of a task that is being sent, one page at a time.
    ///
    /// - Throws: `unavailable`, `notFound`.
    package func journal(
        of assignment: TaskAssignment, after: UInt64
    ) async throws(EngineError) -> [JournalEntry] {
        let limit = min(Self.journalPage, Int(assignment.journalLength - after))
        return try await history(assignment.taskID.workflow, after: after, limit: limit)
    }

    /// A plain worker answers its task with the outcome of the run. Repeating the same answer succeeds.
    ///
    /// - Throws: `notFound` for a task there never was; `failedPrecondition` for one that is no longer the worker's;
    ///   `invalidArgument`; `unavailable`.
    package func complete(task text: String, _ outcome: WorkflowOutcome) async throws(EngineError) {
        try refuseIfReadOnly()
        let task = try parse(text)
        if case .completed(let result) = outcome { try checkSize(result, of: "the result of task \(text)") }
        do throws(EngineError) {
            try await send(.complete(epoch: task.epoch, outcome), to: task.workflow) { error in
                EngineError(.failedPrecondition, "task \(text) can't be completed: \(error)")
            }
        } catch {
            guard error.code == .failedPrecondition, try await hasCompleted(task, outcome) else { throw error }
        }
    }

    private func hasCompleted(_ task: TaskID, _ outcome: WorkflowOutcome) async throws(EngineError) -> Bool {
        guard case .closed(_, let store) = try await lookup(task.workflow) else { return false }
        do {
            let execution = try await replay(task.workflow, from: store)
            return execution.epoch == task.epoch && execution.outcome == outcome
        } catch {
            throw EngineError(.unavailable, "workflow \(task.workflow) can't be read: \(error)")
        }
    }

    /// Whether a task is still the worker's, and whether its run is to be cancelled.
    ///
    /// - Throws: `notFound` for a task there never was; `unavailable`.
    package func heartbeat(task text: String) async throws(EngineError) -> (isHeld: Bool, isCancelRequested: Bool) {
        let task = try parse(text)
        switch try await lookup(task.workflow) {
        case .unknown: throw unknownTask(text)
        case .closed: return (false, false)
        case .active(let workflow):
            let execution = await workflow.snapshot().execution
            return (execution.lease?.epoch == task.epoch, execution.isCancelRequested)
        }
    }

    private func parse(_ text: String) throws(EngineError) -> TaskID {
        guard let task = TaskID(text) else { throw unknownTask(text) }
        return task
    }

    private func unknownTask(_ text: String) -> EngineError {
        let start = text.prefix(WorkflowID.maximumLength)
        return EngineError(.notFound, "no task has the id \(start); give task_id back as it came")
    }
}
