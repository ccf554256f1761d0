internal import AetherRuntime
internal import AetherStorage

/// Reading many runs at once: a hop to the store and back costs more than reading a hundred of them.
extension Engine {
    /// Reads runs into memory that are not there. ``lookup(_:)`` then finds them; it also finds out about those that this
    /// passes over, because they have ended, are long, can't be read, or are just being read by somebody else.
    ///
    /// - Parameter ids: the runs; one may occur several times.
    /// - Returns: the ids that no store had.
    @discardableResult
    func prefetch(_ ids: some Sequence<WorkflowID>) async -> Set<WorkflowID> {
        var claims: [WorkflowID: WorkflowRegistry.Claim] = [:]
        for id in ids { if case .claimed(let claim) = registry.claim(id) { claims[id] = claim } }
        let claimed = Array(claims.keys)
        guard !claimed.isEmpty else { return [] }
        var unknown = Set(claimed)
        var loaded: [WorkflowID: LoadedWorkflow] = [:]
        for lane in lanes.values {
            guard let found = try? await lane.store.workflows(claimed, entries: Self.journalPage) else {
                unknown = []
                continue
            }
            unknown.subtract(found.keys)
            for (id, stored) in found { loaded[id] = run(of: stored, in: lane) }
        }
        for (id, claim) in claims {
            let isServed = registry.finishLoading(id, claim, loaded[id].map { .success(.active($0.workflow)) })
            if !isServed { loaded[id] = nil }
        }
        let runs = Array(loaded.values)
        // Not before they can be found: who assigns one to a worker looks it up.
        if !runs.isEmpty { inBackground { await self.resume(runs) } }
        return unknown
    }

    private func run(of stored: StoredWorkflow, in lane: Lane) -> LoadedWorkflow? {
        guard !stored.summary.state.isTerminal, stored.entries.count < Self.journalPage,
            let execution = try? WorkflowExecution.replay(id: stored.summary.id, stored.entries)
        else { return nil }
        return LoadedWorkflow(execution, in: lane, at: clock.now())
    }

    /// Which of the ids stores of other tiers have than the one where a run is to be.
    ///
    /// - Throws: `unavailable`.
    func taken(_ starts: [(id: WorkflowID, lane: Lane)]) async throws(EngineError) -> Set<WorkflowID> {
        var taken: Set<WorkflowID> = []
        do throws(StoreError) {
            for other in lanes.values {
                let ids = starts.filter { $0.lane.persistence !== other.persistence }.map(\.id)
                if !ids.isEmpty { taken.formUnion(try await other.store.workflows(ids, entries: 0).keys) }
            }
        } catch {
            throw EngineError(.unavailable, "workflows can't be looked up: \(error)")
        }
        return taken
    }
}
