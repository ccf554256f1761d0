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
        do throws(EngineError) {
            try await send(event(of: task, result), to: task.workflow) { error in
                EngineError(.failedPrecondition, "task \(text) can't be completed: \(error)")
            }
        } catch {
            guard error.code == .failedPrecondition, try await hasCompleted(task, result) else { throw error }
        }
    }

    /// A task, and how it ended.
    package struct Completion: Sendable {
        package var task: String
        package var result: TaskResult

        package init(task: String, _ result: TaskResult) {
            self.task = task
            self.result = result
        }
    }

    /// Takes the ends of many tasks, each as ``complete(task:_:)`` does; they share their commits.
    ///
    /// - Returns: what became of each, in their order.
    package func complete(_ completions: [Completion]) async -> [Result<Void, EngineError>] {
        var staged: [(workflow: WorkflowActor, ticket: WorkflowActor.Ticket?)?] = []
        var requests: [TaskScheduler.Request] = []
        for completion in completions { staged.append(await stage(completion, &requests)) }
        await give(requests)
        var results: [Result<Void, EngineError>] = []
        for (completion, staged) in zip(completions, staged) {
            do throws(EngineError) {
                // What did not go smoothly goes the way of a task alone, which is as good for one that comes twice.
                if let staged, (try? await waitUntilDurable(staged.workflow, staged.ticket)) != nil,
                    !staged.workflow.isDiscarded
                {
                    results.append(.success(()))
                } else {
                    try await complete(task: completion.task, completion.result)
                    results.append(.success(()))
                }
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    /// Puts the end of a task in line; `nil` when that does not go smoothly.
    private func stage(
        _ completion: Completion, _ requests: inout [TaskScheduler.Request]
    ) async -> (workflow: WorkflowActor, ticket: WorkflowActor.Ticket?)? {
        if case .completed(let bytes) = completion.result, bytes.count > configuration.maximumValueBytes { return nil }
        guard (try? refuseIfReadOnly()) != nil, let task = task(completion.task),
            let workflow = registry.active(task.workflow),
            let staged = try? await workflow.handle(
                event(of: task, completion.result), at: clock.now(), isOneOfMany: true)
        else { return nil }
        requests += staged.requests
        return (workflow, staged.ticket)
    }

    private func event(of task: TaskID, _ result: TaskResult) -> WorkflowEvent {
        task.activity.map {
            .completeActivity($0, attempt: UInt32(clamping: task.epoch), result.activityResult)
        } ?? .complete(epoch: task.epoch, result.outcome)
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
            if execution.pending[key] == nil { throw unknownTask(text(of: task)) }
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
        while true {
            switch try await lookup(task.workflow) {
            case .unknown: throw unknownTask(text)
            case .closed: return (false, false)
            case .active(let workflow):
                if let isCancelRequested = await workflow.heartbeat(task, details: details, at: clock.now()) {
                    return (true, isCancelRequested)
                }
            }
            // The worker drops the task for good: what that goes by has to be durable.
            let settled = try await settledSnapshot(task.workflow)
            guard settled?.execution.holder(of: task) != nil else { return (false, false) }
        }
    }

    private func parse(_ text: String) throws(EngineError) -> TaskID {
        guard let task = task(text) else { throw unknownTask(text) }
        return task
    }

    private func unknownTask(_ text: String) -> EngineError {
        let start = text.prefix(WorkflowID.maximumLength)
        return EngineError(.notFound, "no task has the id \(start); give task_id back as it came")
    }
}
