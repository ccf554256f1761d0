package import AetherRuntime
internal import AetherStorage
internal import Logging

/// What workers ask of the engine.
extension Engine {
    package struct Registration: Sendable {
        package var worker: WorkerIdentity
        package var id: RegistrationID
        /// The workflow types it offers, each with the tier it asks for.
        package var workflows: [String: PersistenceTier?]
        /// The activities it offers, and the service it belongs to; empty when to none.
        package var activities: [String]
        package var service: String
        /// The languages it is written in, and the group of workers it counts itself to, in its own words.
        package var languages: [String]
        package var group: String
        /// The tasks still in its memory.
        package var held: [Held]

        package init(
            worker: WorkerIdentity, id: RegistrationID, workflows: [String: PersistenceTier?],
            activities: [String] = [], service: String = "", languages: [String] = [], group: String = "", held: [Held]
        ) {
            self.worker = worker
            self.id = id
            self.workflows = workflows
            self.activities = activities
            self.service = service
            self.languages = languages
            self.group = group
            self.held = held
        }

        /// A task that is still in a worker's memory.
        package struct Held: Sendable {
            package var task: String
            /// The last entry of the run's journal that it has; `nil` when it doesn't say.
            package var seen: UInt64?
            /// The number of the last record that was acknowledged to it; 0 when it doesn't say.
            package var record: UInt64

            package init(task: String, seen: UInt64? = nil, record: UInt64 = 0) {
                self.task = task
                self.seen = seen
                self.record = record
            }
        }

        fileprivate var offers: Set<TaskResource> {
            var offers = Set(workflows.keys.map { TaskResource.workflow($0) })
            for activity in activities {
                offers.insert(.activity(activity))
                offers.insert(.activity(activity, service: service))
            }
            return offers
        }
    }

    /// Registers a worker. Runs that it had and no longer has are given to others.
    ///
    /// - Returns: those of the held tasks that are still the worker's.
    /// - Throws: `invalidArgument`; `alreadyExists` when another live process has the id; `aborted` when the process has registered
    ///   again since; `unavailable`.
    package func register(_ registration: Registration) async throws(EngineError) -> [String] {
        try refuseIfUnavailable()
        let worker = registration.worker
        guard !worker.id.isEmpty, worker.id.utf8.count <= WorkflowID.maximumLength else {
            throw EngineError(.invalidArgument, "worker_id must be 1 to \(WorkflowID.maximumLength) bytes long")
        }
        var claimed: [WorkerSession.HeldTask] = []
        // Of other servers' runs, and of those that change servers just now, nobody says here whose they are.
        var unserved: [WorkerSession.HeldTask] = []
        for start in stride(from: 0, to: registration.held.count, by: configuration.recoveryPageSize) {
            let page = registration.held[start...].prefix(configuration.recoveryPageSize).map {
                (task($0.task), $0.seen, $0.record)
            }
            await prefetch(page.compactMap { $0.0?.workflow })
            for case (let task?, let seen, let record) in page {
                do throws(EngineError) {
                    guard try await holds(worker, task, upTo: seen, record: record) else { continue }
                    claimed.append(WorkerSession.HeldTask(task: task, seen: seen))
                } catch {
                    guard error.code == .elsewhere else { throw error }
                    unserved.append(WorkerSession.HeldTask(task: task, seen: seen))
                }
            }
        }
        let entry = WorkerSession.Registration(
            worker: worker, id: registration.id, generation: sessions.nextGeneration(at: clock.now()),
            offers: registration.offers,
            description: WorkerDescription(
                service: registration.service, group: registration.group, languages: registration.languages,
                workflows: registration.workflows.keys.sorted(), activities: Set(registration.activities).sorted()))
        let session = try await enter(entry, held: claimed, unserved: unserved)
        var kept = unserved.map { text(of: $0.task) }
        for task in claimed.map(\.task) {
            // A lease that ended before the session took it over did not reach the session: nobody would free it.
            if (try? await holds(worker, task)) ?? true {
                kept.append(text(of: task))
            } else {
                await dispatcher.giveBack(await session.free([task]))
            }
        }
        for case (let type, let tier?) in registration.workflows { remember(tier: tier, ofType: type) }
        return kept
    }

    private func enter(
        _ registration: WorkerSession.Registration, held: [WorkerSession.HeldTask], unserved: [WorkerSession.HeldTask]
    ) async throws(EngineError) -> WorkerSession {
        while true {
            let (session, _) = sessions.makeSession(of: registration.worker.id)
            switch await session.register(registration, held: held, unserved: unserved) {
            case .expired:
                sessions.remove(session)
            case .inUse:
                throw EngineError(
                    .alreadyExists,
                    "another process is connected as worker \(registration.worker.id); give each process its own worker id"
                )
            case .outdated:
                throw EngineError(.aborted, "worker \(registration.worker.id) has registered again since")
            case .registered(let lost, let freed):
                await end(lost, .notHeld)
                await dispatcher.giveBack(freed)
                await beginGrace(session)
                return session
            }
        }
    }

    /// Whether a task is a worker's. One of whose records some are lost, at tier L1 after a crash, has to begin again: also when
    /// other entries stand where they stood.
    func holds(
        _ worker: WorkerIdentity, _ task: TaskID, upTo seen: UInt64? = nil, record: UInt64 = 0
    ) async throws(EngineError) -> Bool {
        guard case .active(let workflow) = try await lookup(task.workflow) else { return false }
        let execution = await workflow.snapshot().execution
        return execution.isLeased(task, to: worker.id) && seen ?? 0 <= execution.lastSequence
            && (task.activity != nil || record <= execution.lease?.applied ?? 0)
    }

    /// Begins a stream of tasks.
    ///
    /// - Parameters:
    ///   - worker: the id it registered under.
    ///   - id: the registration that the stream follows; `nil` for whichever is the last.
    ///   - maximumTasks: how many tasks the worker takes at once.
    ///   - isBorrowed: whether it is connected to another server, which lends its places one by one.
    ///   - silence: how long nothing has been heard from it, asked at any time.
    ///   - begin: is given the feed before it has anything.
    /// - Returns: where its tasks come from; give it to ``endPoll(worker:_:)`` when the stream is over.
    /// - Throws: `failedPrecondition` when the worker has not registered, or not as the stream says; `unavailable`.
    package func poll(
        worker: String, registration id: RegistrationID? = nil, maximumTasks: Int, isBorrowed: Bool = false,
        silence: @escaping @Sendable () -> Duration = { .zero }, begin: (TaskFeed) -> Void = { _ in }
    ) async throws(EngineError) -> TaskFeed {
        try refuseIfUnavailable()
        guard let session = sessions.session(of: worker), let registration = await session.current,
            id ?? registration.id == registration.id
        else {
            throw unregistered(worker)
        }
        let feed = TaskFeed(connection: sessions.nextConnection(), silence: silence)
        begin(feed)
        // At first without a credit: what the worker has is counted when its session takes the stream over, and runs may
        // end between the two.
        _ = await scheduler.connect(
            feed.connection,
            worker: registration.worker,
            generation: registration.generation,
            offers: registration.offers,
            capacity: isBorrowed ? 0 : min(maximumTasks, configuration.maximumTasksPerSession),
            held: isBorrowed ? 0 : Self.uncounted,
            isBorrowed: isBorrowed
        )
        guard
            let connected = await session.connect(
                feed, registration: registration.id, isBorrowed: isBorrowed, at: clock.now())
        else {
            await scheduler.disconnect(feed.connection)
            throw unregistered(worker)
        }
        logger.info(
            "a worker has connected",
            metadata: [LogKey.worker: "\(worker)", LogKey.tasks: .stringConvertible(connected.held.count)])
        await end(connected.lost, .notHeld)
        if isBorrowed {
            await scheduler.occupy([feed.connection: connected.occupied])
        } else {
            await dispatcher.give(await scheduler.release([feed.connection: Self.uncounted - connected.occupied]))
        }
        await pushAgain(connected.held, to: session)
        // What a worker has it has said itself, but not to this server.
        if isBorrowed { await askFor(connected.held.map(\.task), session) }
        return feed
    }

    /// More tasks than any session may have.
    private static let uncounted = Int(Int32.max)

    private func unregistered(_ worker: String) -> EngineError {
        EngineError(.failedPrecondition, "worker \(worker) is not registered; call Register first")
    }

    /// Tells a worker that came back what its runs' journals have behind what it knows. It passes over what it learns twice.
    func pushAgain(_ held: [WorkerSession.HeldTask], to session: WorkerSession) async {
        for (task, seen) in held.compactMap({ held in held.seen.map { (held.task, $0) } }) {
            do throws(EngineError) {
                guard task.activity == nil, let snapshot = try await settledSnapshot(task.workflow),
                    snapshot.execution.lease?.epoch == task.epoch
                else { continue }
                var last = seen
                while last < snapshot.execution.lastSequence {
                    let page = try await history(task.workflow, after: last, limit: Self.journalPage)
                    guard let end = page.last?.sequence else { break }
                    await dispatcher.perform(page.map { .send(.push(task, $0)) }, of: session)
                    last = end
                }
            } catch {
                // The worker would wait for ever for what it has missed: another one goes on from the journal. The session does not
                // have it any more, so that this is found again if it can't be written now.
                await dispatcher.giveBack(await session.free([task]))
                await end([task], .notHeld)
            }
        }
    }

    /// Asks a worker whether it has tasks: what it does not have it gives back.
    func askFor(_ tasks: [TaskID], _ session: WorkerSession) async {
        await dispatcher.perform(tasks.map { .send(.ask($0)) }, of: session)
    }

    /// A stream of tasks has ended: the worker keeps its runs for the grace period, but for those not sent.
    package func endPoll(worker: String, _ feed: TaskFeed) async {
        await scheduler.disconnect(feed.connection)
        guard let session = sessions.session(of: worker) else { return }
        let unsent = feed.takeUnsent()
        await dispatcher.giveBack(await session.free(unsent))
        await end(unsent, .notHeld)
        guard let grace = await session.disconnect(feed, at: clock.now()) else { return }
        logger.info("a worker has disconnected", metadata: [LogKey.worker: "\(worker)"])
        expire(session, afterGrace: grace)
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
            if !lost.isEmpty {
                logger.warning(
                    "a worker did not come back: others get its tasks",
                    metadata: [LogKey.worker: "\(session.workerID)", LogKey.tasks: .stringConvertible(lost.count)])
            }
            await end(lost, .workerGone)
        }
    }

    private func end(_ tasks: [TaskID], _ reason: LeaseEnd) async {
        for task in tasks {
            let event: WorkflowEvent
            if let key = task.activity {
                event = .completeActivity(key, attempt: UInt32(clamping: task.epoch), .workerGone)
            } else {
                event = .loseLease(epoch: task.epoch, reason)
            }
            // A run that refuses has ended or been discarded: then there is no lease to end.
            // The session no longer has it: a run that is read again finds that out.
            _ = try? await registry.active(task.workflow)?.handle(event, at: clock.now())
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
}
