internal import AetherRuntime
internal import AetherStorage

extension Engine {
    enum Found: Sendable {
        case active(WorkflowActor)
        case closed(WorkflowSummary, WorkflowStore)
        case unknown

        typealias WorkflowStore = any AetherStorage.WorkflowStore
    }

    /// How often an event is given to a run anew after the run's memory went back to what is durable.
    private static let attempts = 8
    /// How many journal entries are read at a time.
    static let journalPage = 1000

    /// The actor of an open run, read from the store if need be; or what the store says of a closed one.
    ///
    /// A run that is just being created is waited for: the store may have another one of its id.
    func lookup(_ id: WorkflowID) async throws(EngineError) -> Found {
        while true {
            switch registry.claim(id) {
            case .active(let workflow) where workflow.isDiscarded:
                registry.remove(workflow)
            case .active(let workflow):
                guard !workflow.isConfirmed, let ticket = workflow.creation?.ticket else { return .active(workflow) }
                do {
                    try await workflow.persistence.waitUntilDurable(ticket)
                } catch {
                    throw unwritable(error)
                }
            case .loading: await registry.waitUntilLoaded(id)
            case .claimed: return try await load(id)
            }
        }
    }

    private func load(_ id: WorkflowID) async throws(EngineError) -> Found {
        var loaded: WorkflowActor?
        defer {
            registry.finishLoading(id, as: loaded)
            // Not before it can be found: who assigns it to a worker looks it up.
            if let loaded { inBackground { await self.resume(loaded) } }
        }
        do throws(StoreError) {
            for lane in lanes.values {
                guard let summary = try await lane.store.summary(of: id) else { continue }
                if summary.state.isTerminal { return .closed(summary, lane.store) }
                let execution = try await replay(id, from: lane.store)
                let workflow = WorkflowActor(execution: execution, persistence: lane.persistence)
                loaded = workflow
                return .active(workflow)
            }
            return .unknown
        } catch {
            throw EngineError(.unavailable, "workflow \(id) can't be read: \(error)")
        }
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

    /// Picks a run up that was read from the store: its worker may still have it, else it needs one.
    private func resume(_ workflow: WorkflowActor) async {
        let execution = await workflow.snapshot().execution
        guard let lease = execution.lease else {
            return await dispatcher.give(await scheduler.enqueue([execution.schedulingRequest]))
        }
        let task = TaskID(workflow: execution.id, epoch: lease.epoch)
        let (session, isNew) = sessions.makeSession(of: lease.worker.id)
        if isNew { await beginGrace(session) }
        guard await !session.adopt(task) else { return }
        // The worker is back already and does not have the run.
        _ = try? await workflow.handle(.loseLease(epoch: lease.epoch, .notHeld), at: clock.now())
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
    /// - Throws: `notFound`; what the core refuses, through `refusal`; `unavailable`.
    func send(
        _ event: WorkflowEvent, to id: WorkflowID, refusal: (WorkflowError) -> EngineError
    ) async throws(EngineError) {
        for _ in 0..<Self.attempts {
            guard case .active(let workflow) = try await lookup(id) else {
                throw try await refusalOfInactive(id, refusal)
            }
            do throws(WorkflowFault) {
                let staged = try await workflow.handle(event, at: clock.now())
                try await waitUntilDurable(workflow, staged.ticket)
                if !workflow.isDiscarded { return }
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
