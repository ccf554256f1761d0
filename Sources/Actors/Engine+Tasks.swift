package import AetherRuntime
internal import AetherStorage

/// What workers answer to tasks one by one: activities, and the runs of workers without a journal.
extension Engine {
    /// How a worker's task ended.
    package enum TaskResult: Sendable, Hashable {
        case completed([UInt8])
        case failed(Failure)

        fileprivate var outcome: WorkflowOutcome {
            switch self {
            case .completed(let result): .completed(result)
            case .failed(let failure): .failed(failure)
            }
        }

        fileprivate var activityResult: ActivityResult {
            switch self {
            case .completed(let result): .completed(result)
            case .failed(let failure): .failed(failure)
            }
        }
    }

    /// Answers a task: an attempt at an activity, or a plain worker's whole run. Repeating the same answer succeeds.
    ///
    /// - Throws: `notFound` for a task there never was; `failedPrecondition` for one that is no longer the worker's;
    ///   `invalidArgument`; `unavailable`.
    package func complete(task text: String, _ result: TaskResult) async throws(EngineError) {
        try refuseIfReadOnly()
        let task = try parse(text)
        if case .completed(let bytes) = result { try checkSize(bytes, of: "the result of task \(text)") }
        let event: WorkflowEvent =
            task.activity.map {
                .completeActivity($0, attempt: UInt32(clamping: task.epoch), result.activityResult)
            } ?? .complete(epoch: task.epoch, result.outcome)
        do throws(EngineError) {
            try await send(event, to: task.workflow) { error in
                EngineError(.failedPrecondition, "task \(text) can't be completed: \(error)")
            }
        } catch {
            guard error.code == .failedPrecondition, try await hasCompleted(task, result) else { throw error }
        }
    }

    private func hasCompleted(_ task: TaskID, _ result: TaskResult) async throws(EngineError) -> Bool {
        let execution: WorkflowExecution
        if let snapshot = try await settledSnapshot(task.workflow) {
            execution = snapshot.execution
        } else if case .closed(_, let lane) = try await lookup(task.workflow) {
            do {
                execution = try await replay(task.workflow, from: lane.store)
            } catch {
                throw EngineError(.unavailable, "workflow \(task.workflow) can't be read: \(error)")
            }
        } else {
            return false
        }
        guard let key = task.activity else {
            return execution.epoch == task.epoch && execution.outcome == result.outcome
        }
        if case .activity(let activity) = execution.pending[key]?.kind, case .failed(let failure) = result {
            return UInt64(activity.attempt) == task.epoch && activity.lastFailure == failure
        }
        guard let sequence = execution.outcomes[key] else {
            if execution.pending[key] == nil { throw unknownTask(task.description) }
            return false
        }
        switch (try await history(task.workflow, after: sequence - 1, limit: 1).first?.event, result) {
        case (.activityCompleted(_, let attempt, let recorded), .completed(let given)):
            return UInt64(attempt) == task.epoch && recorded == given
        case (.activityFailed(_, let attempt, let recorded), .failed(let given)):
            return UInt64(attempt) == task.epoch && recorded == given
        default:
            return false
        }
    }

    /// Says that a task goes on.
    ///
    /// - Parameters:
    ///   - text: the task.
    ///   - details: JSON for the next attempt, should this one fail; `nil` leaves what was said before. Not durable before
    ///     the attempt has failed.
    /// - Returns: whether the task is still the worker's, and whether it is to be cancelled.
    /// - Throws: `notFound` for a task there never was; `invalidArgument`; `unavailable`.
    package func heartbeat(
        task text: String, details: [UInt8]?
    ) async throws(EngineError) -> (isHeld: Bool, isCancelRequested: Bool) {
        let task = try parse(text)
        if let details { try checkSize(details, of: "the heartbeat details of task \(text)") }
        switch try await lookup(task.workflow) {
        case .unknown: throw unknownTask(text)
        case .closed: return (false, false)
        case .active(let workflow):
            guard task.activity == nil else {
                let isCancelRequested = await workflow.heartbeat(task, details: details, at: clock.now())
                return (isCancelRequested != nil, isCancelRequested ?? false)
            }
            let execution = await workflow.snapshot().execution
            return (execution.lease?.epoch == task.epoch, execution.isCancelRequested)
        }
    }

    private func parse(_ text: String) throws(EngineError) -> TaskID {
        guard let task = TaskID(text) else { throw unknownTask(text) }
        return task
    }

    private func unknownTask(_ text: String) -> EngineError {
        let start = text.prefix(WorkflowID.maximumLength)
        return EngineError(.notFound, "no task has the id \(start); give task_id back as it came")
    }
}
