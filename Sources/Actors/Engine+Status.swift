package import AetherRuntime
package import AetherStorage

/// What people see of runs.
extension Engine {
    package struct Status: Sendable {
        package var summary: WorkflowSummary
        package var start: WorkflowStart
        /// The last entry of its journal.
        package var lastSequence: UInt64
        package var state: WorkflowState { summary.state }
        package var outcome: WorkflowOutcome?
        /// The oldest step that has been running for a while; empty when there is none.
        package var currentStep = ""
        /// The worker that has the run, or had it last; empty when unknown.
        package var worker = ""
        /// How many times the run was assigned; 0 when unknown.
        package var attempt: UInt64 = 0
        package var isCancelRequested = false
        /// One sentence: why it is where it is.
        package var reason = ""
        /// What has begun and has no outcome yet, in the order in which it began.
        package var pending: [(key: OperationKey, operation: PendingOperation)] = []
        /// Why the workers that were tried can't go on with it.
        package var blockage: Blockage?
    }

    /// The largest input, result or payload the engine takes, in bytes.
    package var maximumValueBytes: Int { configuration.maximumValueBytes }

    /// How a run stands. Only what is durable is told.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func status(_ id: WorkflowID) async throws(EngineError) -> Status {
        if let snapshot = try await settledSnapshot(id) { return await status(of: snapshot) }
        guard case .closed(let summary, let lane) = try await lookup(id) else { throw notFound(id) }
        let end = try await end(of: id, in: lane.store)
        return Status(
            summary: summary, start: try await readStart(id, from: lane.store), lastSequence: end.sequence,
            outcome: end.outcome)
    }

    private func status(of snapshot: WorkflowActor.Snapshot) async -> Status {
        let execution = snapshot.execution
        return Status(
            summary: execution.summary,
            start: execution.start,
            lastSequence: execution.lastSequence,
            outcome: execution.outcome,
            currentStep: snapshot.currentStep,
            worker: execution.lastWorker?.id ?? "",
            attempt: execution.epoch,
            isCancelRequested: execution.isCancelRequested,
            reason: await reason(execution, currentStep: snapshot.currentStep),
            pending: execution.pending.map { ($0.key, $0.value) }.sorted { $0.1.sequence < $1.1.sequence },
            blockage: execution.blockage
        )
    }

    /// A stretch of a run's journal, in order, as far as it is durable.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func history(
        _ id: WorkflowID, after: UInt64, limit: Int
    ) async throws(EngineError) -> [JournalEntry] {
        do throws(StoreError) {
            for lane in lanes.values {
                let page = try await lane.store.journal(of: id, after: after, limit: limit)
                if !page.isEmpty { return page }
                if try await lane.store.summary(of: id) != nil { return [] }
            }
        } catch {
            throw EngineError(.unavailable, "the history of workflow \(id) can't be read: \(error)")
        }
        throw notFound(id)
    }

    /// A page of runs of all tiers, the youngest first.
    ///
    /// - Throws: `unavailable`.
    package func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(EngineError) -> [WorkflowSummary] {
        var merged: [WorkflowSummary] = []
        do throws(StoreError) {
            for lane in lanes.values {
                merged += try await lane.store.list(filter, after: cursor, limit: limit)
            }
        } catch {
            throw EngineError(.unavailable, "workflows can't be listed: \(error)")
        }
        if lanes.count > 1 {
            merged.sort { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        }
        return Array(merged.prefix(limit))
    }
}
