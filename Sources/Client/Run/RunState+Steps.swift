internal import AetherRuntime

extension RunState {
    /// An attempt at a step that is to be made.
    struct Attempt {
        let operation: Operation
        let work: StepWork
        /// From 1.
        let number: Int
        /// How long to wait before it.
        let delay: Duration

        var key: OperationKey { operation.key }
        /// Whether its outcome is still of interest.
        var isCurrent: Bool { operation.isCalled && operation.attempt == number }
    }

    /// The attempt that a step is to make now.
    ///
    /// - Parameters:
    ///   - operation: the step.
    ///   - now: the time as this worker has it. It shortens a delay that a crash interrupted, and lengthens none.
    /// - Returns: `nil` when there is none to make.
    func nextAttempt(_ operation: Operation, at now: @autoclosure () -> Timestamp) -> Attempt? {
        guard ending == .open, operation.isCalled, operation.task == nil, let work = operation.step else {
            return nil
        }
        let rest = operation.retryAt.map { Duration.milliseconds($0.rawValue - now().rawValue) }
        return Attempt(
            operation: operation, work: work, number: operation.attempt,
            delay: min(operation.delay, rest ?? operation.delay))
    }

    /// The task of an attempt was made; its closure begins now, or after the delay with ``beginClosure(_:at:)``.
    func begin(_ attempt: Attempt, _ task: Task<Void, Never>, at instant: ContinuousClock.Instant) {
        attempt.operation.task = task
        if attempt.delay <= .zero { attempt.operation.startedAt = instant }
    }

    /// The delay before an attempt is over.
    ///
    /// - Returns: whether the closure is to begin.
    func beginClosure(_ attempt: Attempt, at instant: ContinuousClock.Instant) -> Bool {
        guard ending == .open, attempt.isCurrent else { return false }
        attempt.operation.startedAt = instant
        return true
    }

    /// An attempt has ended, in one way or another.
    ///
    /// - Returns: the attempt's task; `nil` when nobody wants to know any more.
    mutating func finish(_ attempt: Attempt, _ record: WorkerRecord) -> Task<Void, Never>? {
        guard ending != .ended, attempt.isCurrent, attempt.operation.startedAt != nil else { return nil }
        attempt.operation.startedAt = nil
        if case .stepCompleted(_, let result) = record, mayGoAhead {
            early.append((attempt.operation, result))
        } else {
            records.append(record)
        }
        if !toldStep.isEmpty { tell(oldestStep?.key.name ?? "") }
        return attempt.operation.task
    }

    var isRunningClosures: Bool { operations.values.contains { $0.startedAt != nil } }

    /// Whether no closure runs and everything is reported.
    var isQuiet: Bool { ending == .ended || (!isReporting && records.isEmpty && early.isEmpty && !isRunningClosures) }

    /// The step that has been running longest.
    var oldestStep: (key: OperationKey, startedAt: ContinuousClock.Instant)? {
        runningSteps.min { $0.startedAt < $1.startedAt }
    }

    /// When the first of the running steps began that began after an instant.
    func firstStep(after instant: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        runningSteps.lazy.map(\.startedAt).filter { $0 > instant }.min()
    }

    private var runningSteps: [(key: OperationKey, startedAt: ContinuousClock.Instant)] {
        operations.values.compactMap { operation in operation.startedAt.map { (operation.key, $0) } }
    }
}
