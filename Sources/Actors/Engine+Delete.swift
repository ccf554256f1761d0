package import AetherRuntime
internal import AetherStorage

/// Forgetting runs that have ended.
extension Engine {
    /// Deletes a run that has ended, with its whole journal. When it returns, nothing of it is left and its id is free.
    ///
    /// - Throws: `notFound`; `failedPrecondition` while the run is open; `unavailable`.
    package func delete(_ id: WorkflowID) async throws(EngineError) {
        try refuseIfUnavailable()
        for _ in 0..<Self.attempts {
            switch try await lookup(id) {
            case .unknown:
                throw notFound(id)
            case .active(let workflow):
                try await letGo(workflow)
            case .closed(_, let lane):
                guard try await isKnownToParent(id, lane) else { continue }
                if try await erase(id, from: lane.store) { return }
            }
        }
        throw EngineError(.unavailable, "workflow \(id) is being recovered; try again")
    }

    /// Takes a run out of memory whose end has just become durable.
    private func letGo(_ workflow: WorkflowActor) async throws(EngineError) {
        let snapshot = await workflow.snapshot()
        let (id, state) = (workflow.id, snapshot.execution.state)
        guard state.isTerminal else {
            throw EngineError(
                .failedPrecondition,
                "workflow \(id) is \(state.name), and only one that has ended can be deleted; end it with "
                    + "'aether cancel \(id)' or 'aether workflow terminate \(id)' first")
        }
        do throws(WorkflowFault) {
            try await waitUntilDurable(workflow, snapshot.lastTicket)
        } catch {
            throw EngineError(.unavailable, "workflow \(id) is being recovered: \(error); try again")
        }
        registry.remove(workflow)
    }

    /// Sees to it that the run's parent has recorded its end: it would start a child again that is not there.
    func isKnownToParent(_ id: WorkflowID, _ lane: Lane) async throws(EngineError) -> Bool {
        guard let link = try await readStart(id, from: lane.store).parent else { return true }
        let outcome = try await outcome(of: id, in: lane.store)
        return await deliver([.tell(link, outcome)]).isEmpty
    }

    func erase(_ id: WorkflowID, from store: any WorkflowStore) async throws(EngineError) -> Bool {
        do {
            let deleted = try await store.delete([id])
            changes.note(removed: deleted)
            return deleted.contains(id)
        } catch {
            throw EngineError(.unavailable, "workflow \(id) can't be deleted: \(error); try again later")
        }
    }
}
