package import AetherRuntime
internal import AetherStorage
internal import Logging

/// What clients ask of runs that there are.
extension Engine {
    /// Asks a run to end. See SEMANTICS of cancel: at once while no worker has it that could clean up.
    ///
    /// - Throws: `notFound`; `failedPrecondition` when it has ended; `unavailable`.
    package func cancel(_ id: WorkflowID) async throws(EngineError) {
        try refuseIfUnavailable()
        try await send(.cancel, to: id) { error in
            EngineError(.failedPrecondition, "workflow \(id) can't be cancelled: \(error)")
        }
    }

    /// Ends a run at once, without asking its code.
    ///
    /// - Throws: `notFound`; `failedPrecondition` when it has ended; `unavailable`.
    package func terminate(_ id: WorkflowID) async throws(EngineError) {
        try refuseIfUnavailable()
        try await send(.terminate, to: id) { error in
            EngineError(.failedPrecondition, "workflow \(id) can't be terminated: \(error)")
        }
    }

    /// Sends a message to a run. When it returns, the run has it, durable at its tier; each id is taken once.
    ///
    /// - Throws: `invalidArgument`; `notFound`; `failedPrecondition` when the run has ended; `unavailable`.
    package func signal(
        _ id: WorkflowID, _ signal: Signal, in trace: TraceContext? = nil
    ) async throws(EngineError) {
        guard let tracer, let trace else { return try await send(signal, to: id) }
        let span = tracer.begin(trace)
        var failure: EngineError?
        do throws(EngineError) {
            try await send(signal, to: id)
        } catch {
            failure = error
        }
        tracer.end(span, "signal \(signal.name)", error: failure) {
            [
                SpanRecord.Attribute(SpanKey.workflowID, .string(id.rawValue)),
                SpanRecord.Attribute(SpanKey.signalName, .string(signal.name)),
            ]
        }
        if let failure { throw failure }
    }

    private func send(_ signal: Signal, to id: WorkflowID) async throws(EngineError) {
        try refuseIfUnavailable()
        try check(signal)
        try await send(.signal(signal), to: id) { error in
            EngineError(.failedPrecondition, "workflow \(id) can't take signals: \(error)")
        }
    }

    func check(_ signal: Signal) throws(EngineError) {
        for (field, text) in [("name", signal.name), ("signal_id", signal.id)] {
            guard !text.isEmpty, text.utf8.count <= WorkflowID.maximumLength else {
                throw EngineError(.invalidArgument, "\(field) must be 1 to \(WorkflowID.maximumLength) bytes long")
            }
        }
        try checkSize(signal.payload, of: "the payload of signal \(signal.name)")
    }

    /// What a run last said of itself under a name; `nil` when it said nothing.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func value(_ name: String, of id: WorkflowID) async throws(EngineError) -> [UInt8]? {
        if let snapshot = try await settledSnapshot(id) { return snapshot.execution.values[name] }
        guard case .closed(_, let lane) = try await lookup(id) else { throw notFound(id) }
        do {
            return try await replay(id, from: lane.store).values[name]
        } catch {
            throw EngineError(.unavailable, "workflow \(id) can't be read: \(error)")
        }
    }

    /// Waits for the end of a run.
    ///
    /// - Parameters:
    ///   - id: the run's.
    ///   - timeout: `nil` waits until the calling task is cancelled.
    /// - Returns: how it ended; `nil` with the current state when the time is over.
    /// - Throws: `notFound`, `unavailable`.
    package func awaitResult(
        _ id: WorkflowID, timeout: Duration?
    ) async throws(EngineError) -> (outcome: WorkflowOutcome?, state: WorkflowState) {
        let waiter = ResultWaiter()
        waiters.enter(id, .waiter(waiter))
        defer { waiters.leave(id, .waiter(waiter)) }
        switch try await lookup(id) {
        case .unknown: throw notFound(id)
        case .closed(let summary, let lane): return (try await outcome(of: id, in: lane.store), summary.state)
        case .active: break
        }
        switch await answer(waiter, within: timeout) {
        case .ended(let outcome): return (outcome, outcome.state)
        case .gaveUp:
            let status = try await status(id)
            return (status.outcome, status.state)
        case .moved: throw .elsewhere(id)
        case .stopped: throw EngineError(.unavailable, "the server is shutting down; ask again")
        }
    }

    private func answer(_ waiter: ResultWaiter, within timeout: Duration?) async -> ResultWaiter.Answer {
        guard let timeout else { return await waiter.value() }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock] in
                if (try? await clock.sleep(timeout)) != nil { waiter.answer(.gaveUp) }
            }
            let answer = await waiter.value()
            group.cancelAll()
            return answer
        }
    }

    func outcome(of id: WorkflowID, in store: any WorkflowStore) async throws(EngineError) -> WorkflowOutcome {
        try await end(of: id, in: store).outcome
    }

    /// How a closed run ended, and the place of that in its journal.
    func end(
        of id: WorkflowID, in store: any WorkflowStore
    ) async throws(EngineError) -> (outcome: WorkflowOutcome, sequence: UInt64) {
        let last: JournalEntry?
        do {
            last = try await store.lastEntry(of: id)
        } catch {
            throw EngineError(.unavailable, "workflow \(id) can't be read: \(error)")
        }
        guard let last, case .closed(let outcome) = last.event else {
            throw EngineError(.unavailable, "workflow \(id) is closed, but its journal has no end; check the database")
        }
        return (outcome, last.sequence)
    }

    func checkSize(_ value: [UInt8], of what: String) throws(EngineError) {
        let limit = configuration.maximumValueBytes
        guard value.count <= limit else {
            throw EngineError(
                .invalidArgument,
                "\(what) has \(value.count) bytes, the limit is \(limit); store large data elsewhere and pass a reference"
            )
        }
    }
}
