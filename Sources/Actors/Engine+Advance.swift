package import AetherRuntime
internal import AetherStorage
internal import Logging

/// The hot path: what workers with a journal report.
extension Engine {
    /// Applies what a worker reports about many runs. When it returns, everything it acknowledges is durable.
    ///
    /// - Returns: one answer for each report, in their order. A run that refuses its report never fails the others.
    /// - Throws: `unavailable` when nothing can be written now; the whole call may be repeated as it is.
    package func advance(_ reports: [RunReport]) async throws(EngineError) -> [RunAcknowledgement] {
        try refuseIfUnavailable()
        var staged = StagedReports()
        var failure: EngineError?
        do throws(EngineError) {
            try await stage(reports, &staged)
        } catch {
            failure = error
        }
        // Also when that failed in the middle: what is in line by then is written, and what it asks for is done.
        await give(staged.requests)
        if let failure { throw failure }
        do {
            for (persistence, ticket) in staged.last { try await persistence.waitUntilDurable(ticket) }
        } catch {
            throw unwritable(error)
        }
        if staged.workflows.contains(where: \.isDiscarded) {
            throw EngineError(.unavailable, "workflows are being recovered; report again")
        }
        return staged.answers
    }

    /// Reports whose decisions are in line.
    private struct StagedReports {
        var answers: [RunAcknowledgement] = []
        /// The runs that took their reports, or refused them.
        var workflows: [WorkflowActor] = []
        /// What the scheduler is to be asked.
        var requests: [TaskScheduler.Request] = []
        /// The last ticket of each write path.
        var last: [(persistence: PersistenceActor, ticket: WorkflowActor.Ticket)] = []
    }

    private func stage(_ reports: [RunReport], _ staged: inout StagedReports) async throws(EngineError) {
        let now = clock.now()
        staged.answers.reserveCapacity(reports.count)
        staged.workflows.reserveCapacity(reports.count)
        let tasks = reports.map { task($0.task) }
        let workflows = registry.present(tasks.map { $0?.workflow })
        let absent = zip(tasks, workflows).compactMap { task, workflow in workflow == nil ? task?.workflow : nil }
        if absent.count > 1 { await prefetch(absent) }
        for ((report, task), present) in zip(zip(reports, tasks), workflows) {
            guard let task else {
                staged.answers.append(.stale("no task has the id \(report.task)"))
                continue
            }
            let found: WorkflowActor?
            do throws(EngineError) {
                found = try await activeWorkflow(task.workflow, present)
            } catch {
                // What is another server's is no trouble of the others.
                guard error.code == .elsewhere else { throw error }
                staged.answers.append(.later(error.message))
                continue
            }
            guard let workflow = found else {
                staged.answers.append(.closed("workflow \(task.workflow) has ended, or there is no such workflow"))
                continue
            }
            if report.continuesAsNew { try await startChildren(of: workflow) }
            do throws(WorkflowFault) {
                let decided = try await apply(report, task, to: workflow, at: now)
                staged.answers.append(.applied(decided.acknowledged))
                staged.workflows.append(workflow)
                if !decided.requests.isEmpty { staged.requests += decided.requests }
                if let ticket = decided.ticket { note(ticket, of: workflow.persistence, in: &staged.last) }
            } catch {
                if case .discarded = error, !registry.serves(task.workflow) {
                    staged.answers.append(.later("workflow \(task.workflow) changes servers"))
                    continue
                }
                if case .refused(.recordGap) = error {
                    // The worker drops the run: another one, or the same, goes on from the journal.
                    _ = try? await workflow.handle(.loseLease(epoch: task.epoch, .notHeld), at: now)
                }
                staged.answers.append(try answer(to: error))
                // The worker drops the run for good: what the refusal goes by has to be durable.
                staged.workflows.append(workflow)
                if let ticket = await workflow.lastTicket {
                    note(ticket, of: workflow.persistence, in: &staged.last)
                }
            }
        }
    }

    // The workflow that is given has been found just now.
    private func activeWorkflow(
        _ id: WorkflowID, _ workflow: WorkflowActor?
    ) async throws(EngineError) -> WorkflowActor? {
        if let workflow, workflow.isConfirmed, !workflow.isAbsent { return workflow }
        guard case .active(let workflow) = try await lookup(id) else { return nil }
        return workflow
    }

    private func apply(
        _ report: RunReport, _ task: TaskID, to workflow: WorkflowActor, at now: Timestamp
    ) async throws(WorkflowFault) -> WorkflowActor.Staged {
        if let activity = task.activity {
            let attempt = UInt32(clamping: task.epoch)
            guard report.givesBack else { throw .refused(.staleAttempt(activity: activity.name, attempt: attempt)) }
            return try await workflow.handle(
                .completeActivity(activity, attempt: attempt, .workerGone), at: now, isOneOfMany: true)
        }
        for record in report.records where record.payloadSize > configuration.maximumValueBytes {
            throw .refused(.tooLarge(bytes: record.payloadSize, limit: configuration.maximumValueBytes))
        }
        let staged = try await workflow.advance(
            epoch: task.epoch, firstRecord: report.firstRecord, records: report.records,
            currentStep: report.currentStep, at: now)
        guard let conclusion = report.conclusion(epoch: task.epoch) else { return staged }
        let concluded = try await workflow.handle(conclusion, at: now, isOneOfMany: true)
        if let blockage = report.blockage {
            logger.warning(
                "a workflow is blocked: its code does not fit its journal",
                metadata: [
                    LogKey.workflow: "\(workflow.id)", LogKey.type: "\(workflow.start.type)",
                    LogKey.blockage: "\(blockage)",
                ])
        }
        return WorkflowActor.Staged(
            ticket: concluded.ticket ?? staged.ticket, acknowledged: staged.acknowledged,
            requests: staged.requests + concluded.requests)
    }

    /// Tickets of one tier only grow, so that waiting for the last of each tier is waiting for all.
    private func note(
        _ ticket: WorkflowActor.Ticket, of persistence: PersistenceActor,
        in last: inout [(persistence: PersistenceActor, ticket: WorkflowActor.Ticket)]
    ) {
        guard let index = last.firstIndex(where: { $0.persistence === persistence }) else {
            return last.append((persistence, ticket))
        }
        last[index].ticket = max(last[index].ticket, ticket)
    }

    private func answer(to fault: WorkflowFault) throws(EngineError) -> RunAcknowledgement {
        switch fault {
        case .discarded:
            throw EngineError(.unavailable, "workflows are being recovered; report again")
        case .unwritable(let error):
            throw unwritable(error)
        case .refused(let error):
            switch error {
            case .closed: return .closed("\(error)")
            case .recordGap: return .gap("\(error)")
            case .tooLarge: return .refused("\(error)")
            case .staleLease, .alreadyAssigned, .cannotReplay, .staleAttempt, .activityNotWaiting:
                return .stale("\(error)")
            }
        }
    }
}

extension RunReport {
    /// Whether the run makes way for a new one.
    fileprivate var continuesAsNew: Bool {
        records.contains { if case .continueAsNew = $0 { true } else { false } }
    }

    /// What follows after the records.
    fileprivate func conclusion(epoch: UInt64) -> WorkflowEvent? {
        if let blockage { return .block(epoch: epoch, blockage) }
        return switch (givesBack, waitingAt) {
        case (true, let seen?): .evict(epoch: epoch, seen: seen)
        case (true, nil): .loseLease(epoch: epoch, .returned)
        case (false, let seen?): .rest(epoch: epoch, seen: seen)
        case (false, nil): nil
        }
    }
}
