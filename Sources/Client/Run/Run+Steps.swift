internal import AetherRuntime
internal import Synchronization
internal import Tracing

extension Run {
    /// Calls a step: waits until its outcome is recorded and its turn has come, or, in a run that goes ahead of its journal, until it
    /// has completed.
    func step(_ name: String, _ work: StepWork) async throws -> [UInt8] {
        try refuseInsideSteps("step \"\(name)\"")
        var work = work
        if surroundings.tracer != nil { work.context = ServiceContext.current }
        switch await perform(nextKey(kind: "step", name: name), .step(work)) {
        case .completed(let result): return result
        case .failed(let failure): throw StepFailed(step: name, failure)
        case .cancelled, .fired, .closed: throw CancellationError()
        }
    }

    /// - Throws: ``NonRetryableError`` when the current task is a step's: operations in there would not be repeated on
    ///   a replay.
    func refuseInsideSteps(_ what: String) throws {
        guard let outer = StepContext.current else { return }
        throw NonRetryableError(
            "\(what) was called inside step \"\(outer.name)\"; a step can't use the workflow's context")
    }

    /// Makes the next attempt at a step, if there is one to make.
    func begin(_ operation: Operation, _ state: RunState) {
        guard let attempt = state.nextAttempt(operation, at: surroundings.clock.now()) else { return }
        // Ends with the attempt; cancelled with the operation. Not a child of the workflow's task, so that a cancelled
        // operation returns at once and the closure runs outside the run's executor.
        let task = Task(executorPreference: stepExecutor) { [self] in await make(attempt) }
        let now = surroundings.clock.instant()
        state.begin(attempt, task, at: now)
        if attempt.delay <= .zero { reporter.stepBegan(in: self, at: now) }
    }

    private func make(_ attempt: RunState.Attempt) async {
        if attempt.delay > .zero {
            guard (try? await surroundings.clock.sleep(attempt.delay)) != nil else { return }
            let now = surroundings.clock.instant()
            guard state.withLock({ $0.beginClosure(attempt, at: now) }) else { return }
            reporter.stepBegan(in: self, at: now)
        }
        let limit = attempt.work.timeout.map { expire(attempt, after: $0) }
        let context = StepContext(workflowID: info.id, key: attempt.key, attempt: attempt.number)
        do {
            let result = try await StepContext.$current.withValue(context) {
                try await traced(attempt) {
                    try await surroundings.call(attempt.work.closure) {
                        Surroundings.Attempt(
                            kind: .step, name: context.name, workflowID: info.id, number: attempt.number, input: [])
                    }
                }
            }
            let checked = try reporter.check(result, of: "the result of step \"\(context.name)\"")
            _ = finish(attempt, .stepCompleted(key: attempt.key, result: checked))
        } catch {
            _ = finish(attempt, record(of: Failure(describing: error), attempt))
        }
        limit?.cancel()
    }

    private func traced(
        _ attempt: RunState.Attempt, _ body: () async throws -> [UInt8]
    ) async throws -> [UInt8] {
        guard let tracer = surroundings.tracer else { return try await body() }
        let attributes: SpanAttributes = [
            SpanKey.stepName: .string(attempt.key.name), SpanKey.workflowID: .string(info.id),
            SpanKey.attempt: .int64(Int64(attempt.number)),
        ]
        return try await tracer.part(
            "step \(attempt.key.name)", in: attempt.work.context ?? .topLevel, attributes, body)
    }

    /// Fails an attempt that takes too long: its closure's task is cancelled, and what becomes of it is of no interest.
    private func expire(_ attempt: RunState.Attempt, after timeout: Duration) -> Task<Void, Never> {
        // Cancelled by the attempt when its closure ends.
        Task(executorPreference: surroundings.executor) { [self] in
            guard (try? await surroundings.clock.sleep(timeout)) != nil else { return }
            let failure = Failure(message: "timed out after \(timeout)", type: Self.timeout)
            finish(attempt, record(of: failure, attempt))?.cancel()
        }
    }

    /// The type of the failure of what took too long.
    static let timeout = "Timeout"

    /// What is reported when an attempt failed.
    private func record(of failure: Failure, _ attempt: RunState.Attempt) -> WorkerRecord {
        let (policy, number) = (attempt.work.retry.recorded, UInt32(clamping: attempt.number))
        guard policy.retries(after: number, failure) else { return .stepFailed(key: attempt.key, failure: failure) }
        return .stepAttemptFailed(
            key: attempt.key, attempt: number, failure: failure,
            delayMilliseconds: policy.delayMilliseconds(after: number, random: surroundings.clock.random()))
    }

    private func finish(_ attempt: RunState.Attempt, _ record: WorkerRecord) -> Task<Void, Never>? {
        let (task, goesAhead) = state.withLock { ($0.finish(attempt, record), !$0.early.isEmpty) }
        guard task != nil else { return nil }
        if goesAhead { executor.wake() } else { reporter.report(self) }
        return task
    }

    /// If a step has been running since before an instant and the server was not told, it is to be told.
    ///
    /// - Returns: whether there is something to tell, and when the step began that may be long next.
    func noteLongStep(
        startedBefore instant: ContinuousClock.Instant
    ) -> (isLong: Bool, next: ContinuousClock.Instant?) {
        state.withLock { state in
            guard let oldest = state.oldestStep else { return (false, nil) }
            guard oldest.startedAt <= instant else { return (false, oldest.startedAt) }
            let next = state.firstStep(after: instant)
            let name = oldest.key.name
            guard name != state.toldStep else { return (false, next) }
            state.tell(name)
            return (true, next)
        }
    }
}
