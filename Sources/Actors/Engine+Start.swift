package import AetherRuntime
internal import AetherStorage
internal import Logging

/// How runs begin.
extension Engine {
    package struct Start: Sendable {
        package var id: WorkflowID
        package var type: String
        package var input: [UInt8]
        /// `nil`: what the type's worker said, else the server's default.
        package var tier: PersistenceTier?
        /// Sent with the start, to a run that is there already too.
        package var signal: Signal?
        package var idPolicy: IDPolicy
        /// What starts it, as tracing knows it.
        package var trace: TraceContext?

        package init(
            id: WorkflowID, type: String, input: [UInt8], tier: PersistenceTier?, signal: Signal? = nil,
            idPolicy: IDPolicy = .sameRun
        ) {
            self.id = id
            self.type = type
            self.input = input
            self.tier = tier
            self.signal = signal
            self.idPolicy = idPolicy
        }
    }

    /// What a start does when its id belongs to a run that has ended.
    package enum IDPolicy: Sendable {
        /// The run's result stands, if it is of the same type and input.
        case sameRun
        /// It is refused.
        case reject
        /// The ended run goes with its history, and a new one begins.
        case replace
    }

    /// Accepts a run. When it returns, the run is durable at its tier, with the signal that goes with it. Starting twice
    /// with one id, type and input is as starting once.
    ///
    /// - Throws: `invalidArgument`, `alreadyExists` when the id belongs to another start, or the policy forbids to use it
    ///   again; `failedPrecondition` when a signal meets a run that has ended; `unavailable`.
    package func start(_ request: Start) async throws(EngineError) {
        let span = tracer?.begin(request.trace)
        do throws(EngineError) {
            let (start, lane) = try prepare(request, span)
            try await finish(request, start, in: lane)
        } catch {
            end(span, request, error)
            throw error
        }
        end(span, request, nil)
    }

    private func end(_ span: EngineTracer.Beginning?, _ request: Start, _ error: EngineError?) {
        guard let span, let tracer else { return }
        tracer.end(span, "start workflow \(request.type)", error: error) {
            [
                SpanRecord.Attribute(SpanKey.workflowID, .string(request.id.rawValue)),
                SpanRecord.Attribute(SpanKey.workflowType, .string(request.type)),
            ]
        }
    }

    /// Accepts many runs, each as ``start(_:)`` does; they share their commits.
    ///
    /// - Returns: what became of each, in their order.
    package func start(_ requests: [Start]) async -> [Result<Void, EngineError>] {
        guard let tracer else { return await start(requests, spans: []) }
        let spans = requests.map { tracer.begin($0.trace) }
        let results = await start(requests, spans: spans)
        for ((request, span), result) in zip(zip(requests, spans), results) {
            if case .failure(let error) = result { end(span, request, error) } else { end(span, request, nil) }
        }
        return results
    }

    private func start(
        _ requests: [Start], spans: [EngineTracer.Beginning]
    ) async -> [Result<Void, EngineError>] {
        let prepared = requests.enumerated().map { index, request in
            Result { () throws(EngineError) in try prepare(request, spans.isEmpty ? nil : spans[index]) }
        }
        let taken: Set<WorkflowID>
        do throws(EngineError) {
            taken = try await self.taken(
                zip(requests, prepared).compactMap { request, prepared in
                    (try? prepared.get()).map { (request.id, $0.lane) }
                })
        } catch {
            return requests.map { _ in .failure(error) }
        }
        var staged: [Result<StagedStart, EngineError>] = []
        staged.reserveCapacity(requests.count)
        for (request, prepared) in zip(requests, prepared) {
            do throws(EngineError) {
                let (start, lane) = try prepared.get()
                let isFree = request.idPolicy != .replace && !taken.contains(request.id)
                let created = isFree ? stage(request, start, in: lane) : nil
                staged.append(.success(StagedStart(start: start, lane: lane, created: created)))
            } catch {
                staged.append(.failure(error))
            }
        }
        await give(staged.compactMap { (try? $0.get())?.created?.request })
        var results: [Result<Void, EngineError>] = []
        results.reserveCapacity(requests.count)
        for (request, staged) in zip(requests, staged) {
            do throws(EngineError) {
                let staged = try staged.get()
                if let created = staged.created, try await confirm(created.workflow) {
                    results.append(.success(()))
                } else {
                    try await finish(request, staged.start, in: staged.lane)
                    results.append(.success(()))
                }
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    private struct StagedStart {
        var start: WorkflowStart
        var lane: Lane
        /// `nil` when the id is taken, or may have to be made free first.
        var created: Created?
    }

    /// A new run, whose creation is in line.
    struct Created {
        var workflow: WorkflowActor
        var request: TaskScheduler.Request
    }

    /// Has what was just decided given to workers, and all written that is in line. The assignments stand right behind what they
    /// follow from, so that both become durable together; tasks are sent only then.
    func give(_ requests: [TaskScheduler.Request]) async {
        if !requests.isEmpty { await dispatcher.give(await scheduler.enqueue(requests)) }
        ring()
    }

    // With the span of the start, if there is one.
    private func prepare(
        _ request: Start, _ span: EngineTracer.Beginning?
    ) throws(EngineError) -> (start: WorkflowStart, lane: Lane) {
        try refuseIfUnavailable()
        guard WorkflowID.isName(request.type) else {
            throw EngineError(
                .invalidArgument,
                "workflow_type must be 1 to \(WorkflowID.maximumLength) bytes long, without control characters")
        }
        try checkSize(request.input, of: "the input of workflow \(request.id)")
        if let signal = request.signal { try check(signal) }
        let tier = request.tier ?? tier(ofType: request.type)
        guard let lane = lane(of: tier) else {
            throw EngineError(.invalidArgument, "this server has no store for the tier \(tier.name)")
        }
        var start = start(request.type, request.input, at: tier, seed: clock.random())
        start.trace = span?.context ?? request.trace
        return (start, lane)
    }

    private func finish(_ request: Start, _ start: WorkflowStart, in lane: Lane) async throws(EngineError) {
        for _ in 0..<Self.attempts {
            if request.idPolicy == .replace { try await makeWay(request.id, for: lane) }
            if try await taken([(request.id, lane)]).isEmpty, let created = stage(request, start, in: lane) {
                await give([created.request])
                if try await confirm(created.workflow) { return }
            }
            if try await attach(request) { return }
        }
        throw EngineError(.unavailable, "workflow \(request.id) is being recovered; try again")
    }

    /// Puts the creation of a run in line; ``give(_:)`` follows.
    ///
    /// - Returns: `nil` when there is one of this id.
    private func stage(
        _ request: Start, _ start: WorkflowStart, in lane: Lane
    ) -> Created? {
        let now = clock.now()
        var (execution, decision) = WorkflowExecution.create(id: request.id, start: start, at: now)
        // A run that has just begun takes every signal.
        if let signal = request.signal, let more = try? execution.handle(.signal(signal), at: now) {
            decision.entries += more.entries
            decision.effects += more.effects
        }
        let workflow = registry.insert(request.id) { [execution, decision] in
            WorkflowActor(
                creating: execution, decision, replacesClosed: request.idPolicy == .replace,
                persistence: lane.persistence)
        }
        if workflow != nil {
            logger.debug(
                "a workflow begins", metadata: [LogKey.workflow: "\(request.id)", LogKey.type: "\(request.type)"])
        }
        return workflow.map { Created(workflow: $0, request: execution.schedulingRequest) }
    }

    /// Waits until a creation is durable.
    ///
    /// - Returns: whether the run is new.
    private func confirm(_ created: WorkflowActor) async throws(EngineError) -> Bool {
        do throws(WorkflowFault) {
            try await waitUntilDurable(created, created.creation?.ticket)
        } catch {
            registry.remove(created)
            throw EngineError(.unavailable, "workflow \(created.id) was not accepted: \(error)")
        }
        guard created.creation?.isIDTaken == true else { return true }
        registry.remove(created)
        return false
    }

    /// A start with an id that is taken.
    ///
    /// - Returns: whether the run that has it is the one that was asked for; else the id is free now.
    private func attach(_ request: Start) async throws(EngineError) -> Bool {
        let existing: WorkflowStart
        switch try await lookup(request.id) {
        case .active(let workflow):
            existing = workflow.start
        case .closed(_, let old):
            switch request.idPolicy {
            case .sameRun:
                existing = try await readStart(request.id, from: old.store)
            case .reject:
                throw EngineError(
                    .alreadyExists, "workflow \(request.id) has been run already; use another id, or replace it")
            case .replace:
                return false
            }
        case .unknown:
            return false
        }
        guard existing.type == request.type, existing.firstInput == request.input else {
            let difference = existing.type == request.type ? "another input" : "the type \(existing.type)"
            throw EngineError(
                .alreadyExists,
                "workflow \(request.id) exists already, with \(difference); use another id, or the same type and input")
        }
        if let signal = request.signal { try await self.signal(request.id, signal) }
        return true
    }

    /// Makes an id free whose run has ended. In its own store the new run replaces it; in another one it is deleted.
    func makeWay(_ id: WorkflowID, for lane: Lane) async throws(EngineError) {
        guard case .closed(_, let old) = try await lookup(id) else { return }
        guard try await isKnownToParent(id, old) else {
            throw EngineError(.unavailable, "the parent of workflow \(id) is being recovered; try again")
        }
        if old.persistence !== lane.persistence { _ = try await erase(id, from: old.store) }
    }

    func readStart(
        _ id: WorkflowID, from store: any WorkflowStore
    ) async throws(EngineError) -> WorkflowStart {
        let first: JournalEntry?
        do {
            first = try await store.journal(of: id, after: 0, limit: 1).first
        } catch {
            throw EngineError(.unavailable, "workflow \(id) can't be read: \(error)")
        }
        guard case .started(let start) = first?.event else { throw notFound(id) }
        return start
    }
}
