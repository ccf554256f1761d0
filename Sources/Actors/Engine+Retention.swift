internal import AetherRuntime
internal import AetherStorage
internal import Logging

/// Forgetting runs that ended long ago, or that there are too many of.
extension Engine {
    /// How many runs are looked at, and deleted, together; a commit waits for no more than that.
    private static let retentionBatch = 100
    /// How many runs are looked at in one interval.
    private static let retentionBudget = 1_000
    /// How often a batch waits for a moment without writes, and how long each time, before it is done all the same.
    private static let quietTries = 50
    private static let quietInterval = Duration.milliseconds(20)

    /// Deletes what ``EngineConfiguration/retention`` keeps no longer, until it is cancelled: a little at a time, and if
    /// possible when nothing else is written.
    func applyRetention() async {
        let policy = configuration.retention
        var sweeps = lanes.values.flatMap { lane in
            WorkflowState.allCases.filter { policy[$0] != RetentionPolicy.Limit() }.map {
                RetentionSweep(of: $0, in: lane, policy[$0])
            }
        }
        while !sweeps.isEmpty, (try? await clock.sleep(configuration.retentionInterval)) != nil {
            guard unavailability == nil else { continue }
            for index in sweeps.indices {
                do throws(StoreError) {
                    try await go(through: &sweeps[index])
                } catch {
                    logger.error("ended workflows can't be deleted", metadata: [LogKey.error: "\(error)"])
                }
            }
        }
    }

    private func go(through sweep: inout RetentionSweep) async throws(StoreError) {
        var (seen, deleted) = (0, 0)
        while seen < Self.retentionBudget, !isStopping {
            let lane = sweep.lane
            let page = try await sweep.next(at: clock.now(), limit: Self.retentionBatch) { (ids) throws(StoreError) in
                try await deletable(ids, in: lane)
            }
            seen += page.seen
            if !page.expired.isEmpty {
                guard await waitForQuiet(lane) else { return }
                let ids = try await lane.store.delete(page.expired.map(\.summary.id))
                changes.note(removed: ids)
                deleted += ids.count
            }
            if page.isLast { break }
        }
        guard deleted > 0 else { return }
        instruments.expired(deleted)
        logger.info(
            "ended workflows were deleted, as [retention] says",
            metadata: [LogKey.state: "\(sweep.state.name)", LogKey.count: "\(deleted)"])
    }

    /// Those of some ended runs that nobody needs any more: an open parent may still ask for its child, and would start it
    /// again if it were gone.
    private func deletable(_ ids: [WorkflowID], in lane: Lane) async throws(StoreError) -> Set<WorkflowID> {
        var parents: [WorkflowID: WorkflowID] = [:]
        var deletable: Set<WorkflowID> = []
        for (id, stored) in try await lane.store.workflows(ids, entries: 1) {
            guard registry.present(id) == nil, case .started(let start) = stored.entries.first?.event else { continue }
            if let parent = start.parent?.workflow { parents[id] = parent }
            deletable.insert(id)
        }
        let open = try await openRuns(of: Set(parents.values))
        return deletable.filter { id in parents[id].map { !open.contains($0) } ?? true }
    }

    private func openRuns(of ids: Set<WorkflowID>) async throws(StoreError) -> Set<WorkflowID> {
        guard !ids.isEmpty else { return [] }
        var open: Set<WorkflowID> = []
        for lane in lanes.values {
            let found = try await lane.store.workflows(Array(ids), entries: 0)
            open.formUnion(found.filter { !$0.value.summary.state.isTerminal }.keys)
        }
        return open
    }

    /// Waits for a moment in which nothing is to be written; under load without end, not for ever.
    ///
    /// - Returns: `false` when the engine ends meanwhile.
    private func waitForQuiet(_ lane: Lane) async -> Bool {
        for _ in 0..<Self.quietTries where lane.persistence.isBusy {
            guard (try? await clock.sleep(Self.quietInterval)) != nil else { return false }
        }
        return true
    }
}
