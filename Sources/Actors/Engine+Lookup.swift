internal import AetherRuntime
internal import AetherStorage
internal import Logging

extension Engine {
    enum Found: Sendable {
        case active(WorkflowActor)
        /// With where it is stored.
        case closed(WorkflowSummary, Lane)
        case unknown
    }

    /// How often an event is given to a run anew after the run's memory went back to what is durable.
    static let attempts = 8
    /// How many journal entries are read at a time.
    static let journalPage = 1000

    /// The actor of an open run, read from the store if need be; or what the store says of a closed one.
    ///
    /// A run that is just being created is waited for: the store may have another one of its id.
    func lookup(_ id: WorkflowID) async throws(EngineError) -> Found {
        if cluster?.isLeaseOver(at: clock.uptime()) == true { throw .elsewhere(id) }
        while true {
            switch registry.claim(id) {
            case .active(let workflow) where workflow.isAbsent:
                registry.remove(workflow)
            case .active(let workflow):
                guard !workflow.isConfirmed, let ticket = workflow.creation?.ticket else { return .active(workflow) }
                do {
                    try await workflow.persistence.waitUntilDurable(ticket)
                } catch {
                    throw unwritable(error)
                }
            case .loading:
                if let found = await registry.loaded(id) { return try found.get() }
            case .elsewhere: throw .elsewhere(id)
            case .claimed(let claim): return try await load(id, claim)
            }
        }
    }

    private func load(_ id: WorkflowID, _ claim: WorkflowRegistry.Claim) async throws(EngineError) -> Found {
        var loaded: LoadedWorkflow?
        let result: WorkflowRegistry.Loaded
        do throws(StoreError) {
            result = .success(try await read(id, &loaded))
        } catch {
            result = .failure(EngineError(.unavailable, "workflow \(id) can't be read: \(error)"))
        }
        guard registry.finishLoading(id, claim, result) else { throw .elsewhere(id) }
        // Not before it can be found: who assigns it to a worker looks it up.
        if let loaded { inBackground { await self.resume([loaded]) } }
        return try result.get()
    }

    private func read(_ id: WorkflowID, _ loaded: inout LoadedWorkflow?) async throws(StoreError) -> Found {
        for lane in lanes.values {
            guard let summary = try await lane.store.summary(of: id) else { continue }
            if summary.state.isTerminal { return .closed(summary, lane) }
            let run = LoadedWorkflow(try await replay(id, from: lane.store), in: lane, at: clock.now())
            loaded = run
            return .active(run.workflow)
        }
        return .unknown
    }

    func replay(_ id: WorkflowID, from store: any WorkflowStore) async throws(StoreError) -> WorkflowExecution {
        var entries: [JournalEntry] = []
        while true {
            let page = try await store.journal(
                of: id, after: entries.last?.sequence ?? 0, limit: Self.journalPage)
            entries += page
            if page.count < Self.journalPage { break }
        }
        do {
            return try WorkflowExecution.replay(id: id, entries)
        } catch {
            throw StoreError(code: .corrupt, message: "\(error)")
        }
    }

    /// Picks runs up that were read from the store.
    func resume(_ runs: [LoadedWorkflow]) async {
        var requests: [TaskScheduler.Request] = []
        for run in runs { await resume(run, &requests) }
        if !requests.isEmpty { await dispatcher.give(await scheduler.enqueue(requests)) }
    }

    /// Picks a run up that was read from the store: workers may still have its tasks, else they need one; its children may
    /// be missing, its parent may have ended, and its deadlines have to be watched again.
    private func resume(_ run: LoadedWorkflow, _ requests: inout [TaskScheduler.Request]) async {
        let workflow = run.workflow
        let execution = await workflow.snapshot().execution
        if let lease = execution.lease {
            let task = execution.task(lease)
            if run.tasks.contains(task) {
                await adopt(task, by: lease.worker.id, workflow, else: .loseLease(epoch: lease.epoch, .notHeld))
            }
        } else if !execution.isIdle {
            // An event may have scheduled it already: then its second assignment is refused.
            requests.append(execution.schedulingRequest)
        }
        for lease in execution.activityLeases {
            let task = execution.task(lease)
            guard run.tasks.contains(task) else { continue }
            let gone = WorkflowEvent.completeActivity(lease.key, attempt: lease.attempt, .workerGone)
            await adopt(task, by: lease.worker, workflow, else: gone)
        }
        messages.put(
            contentsOf: run.unfinished.compactMap {
                RunMessage($0, of: execution.id, seed: execution.start.seed, in: execution.start.trace).map {
                    .message($0)
                }
            })
        do throws(EngineError) {
            try await followParent(of: workflow)
        } catch {
            logger.error(
                "a child's parent can't be read",
                metadata: [LogKey.workflow: "\(execution.id)", LogKey.error: "\(error)"])
            followParentLater(of: workflow)
        }
        _ = try? await workflow.handle(.wake, at: clock.now())
        if execution.mayBePassive { passivateLater(workflow) }
    }

    /// The session of a worker takes over a task that the journal says it has.
    private func adopt(
        _ task: TaskID, by worker: String, _ workflow: WorkflowActor, else event: WorkflowEvent
    ) async {
        let (session, isNew) = sessions.makeSession(of: worker)
        if isNew { await beginGrace(session) }
        guard await !session.adopt(task) else { return }
        // The worker is back already and does not have it.
        _ = try? await workflow.handle(event, at: clock.now())
    }

    /// A passive run that was only looked at leaves memory again.
    private func passivateLater(_ workflow: WorkflowActor) {
        inBackground { [self] in
            guard (try? await clock.sleep(configuration.passivationHorizon)) != nil else { return }
            await workflow.passivate(before: clock.now())
        }
    }

    /// How an active run stands now that all of it is durable; the actor that says so.
    ///
    /// - Returns: `nil` when the run is not active.
    func settledSnapshot(_ id: WorkflowID) async throws(EngineError) -> WorkflowActor.Snapshot? {
        while case .active(let workflow) = try await lookup(id) {
            let snapshot = await workflow.snapshot()
            do throws(WorkflowFault) {
                try await waitUntilDurable(workflow, snapshot.lastTicket)
            } catch {
                throw EngineError(.unavailable, "workflow \(id) is being recovered: \(error); try again")
            }
            if !workflow.isDiscarded { return snapshot }
        }
        return nil
    }

    /// Gives an event to a run and waits until what it decided is durable.
    ///
    /// - Throws: `notFound`; what the core refuses, through `refusal`, once what it goes by is durable; `unavailable`.
    func send(
        _ event: WorkflowEvent, to id: WorkflowID, refusal: (WorkflowError) -> EngineError
    ) async throws(EngineError) {
        for _ in 0..<Self.attempts {
            guard case .active(let workflow) = try await lookup(id) else {
                throw try await refusalOfInactive(id, refusal)
            }
            do throws(WorkflowFault) {
                let attempt = try await workflow.attempt(event, at: clock.now())
                try await waitUntilDurable(workflow, attempt.ticket)
                if workflow.isDiscarded { continue }
                guard let refused = attempt.refusal else { return }
                throw .refused(refused)
            } catch {
                switch error {
                case .refused(let error): throw refusal(error)
                case .unwritable(let error): throw unwritable(error)
                case .discarded: continue
                }
            }
        }
        throw EngineError(.unavailable, "workflow \(id) is being recovered; try again")
    }

    private func refusalOfInactive(
        _ id: WorkflowID, _ refusal: (WorkflowError) -> EngineError
    ) async throws(EngineError) -> EngineError {
        guard case .closed(let summary, _) = try await lookup(id) else { return notFound(id) }
        return refusal(.closed(summary.state))
    }

    func waitUntilDurable(_ workflow: WorkflowActor, _ ticket: WorkflowActor.Ticket?) async throws(WorkflowFault) {
        guard let ticket else { return }
        do {
            try await workflow.persistence.waitUntilDurable(ticket)
        } catch {
            throw .unwritable(error)
        }
    }

    func unwritable(_ error: StoreError) -> EngineError {
        EngineError(.unavailable, "the database can't be written, so nothing was accepted: \(error); try again later")
    }

    func notFound(_ id: WorkflowID) -> EngineError {
        EngineError(.notFound, "no workflow has the id \(id); aether workflow list shows those there are")
    }
}
