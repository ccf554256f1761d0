package import AetherRuntime
package import AetherStorage

/// How much there is of everything at the moment.
extension Engine {
    package struct Metrics: Sendable, Equatable {
        /// The runs there are, by state.
        package var workflows = WorkflowCounts()
        /// How many runs are in memory: those that something happens in, or soon will.
        package var activeRuns = 0
        /// Workers with an open task stream, how many tasks they take together, and how many of those they have.
        package var connectedWorkers = 0
        package var capacity = 0
        package var held = 0
        /// Tasks that wait for a worker.
        package var queued = TaskScheduler.Waiting()
        /// Why the engine takes no work now; `nil` while all is well.
        package var unavailability: String?

        package init() {}
    }

    /// How many runs there are in each state.
    ///
    /// - Throws: `unavailable`.
    package func counts() async throws(EngineError) -> WorkflowCounts {
        var counts = WorkflowCounts()
        do throws(StoreError) {
            for lane in lanes.values { counts = counts + (try await lane.store.counts()) }
        } catch {
            throw EngineError(.unavailable, "workflows can't be counted: \(error)")
        }
        return counts
    }

    /// Counts over all that there is. Asks no database: it is cheap enough to be called every second.
    ///
    /// - Throws: `unavailable`.
    package func metrics() async throws(EngineError) -> Metrics {
        var metrics = Metrics()
        metrics.workflows = try await counts()
        metrics.activeRuns = registry.count
        metrics.unavailability = unavailability
        let (load, waiting) = await scheduler.summary
        metrics.connectedWorkers = load.count
        for session in load.values {
            metrics.capacity += session.capacity
            metrics.held += session.held
        }
        metrics.queued = waiting
        return metrics
    }
}
