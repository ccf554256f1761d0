internal import AetherRuntime

extension RunState {
    /// An attempt at a step that is to be made.
    struct Attempt {
        let key: OperationKey
        let work: StepWork
        /// From 1.
        let number: Int
        /// How long to wait before it.
        let delay: Duration
    }

    /// The attempt that a step is to make now.
    ///
    /// - Parameters:
    ///   - key: the step's.
    ///   - now: the time as this worker has it. It shortens a delay that a crash interrupted, and lengthens none.
    /// - Returns: `nil` when there is none to make.
    func nextAttempt(_ key: OperationKey, at now: Timestamp) -> Attempt? {
        guard ending == .open, let operation = operations[key], operation.task == nil, let work = operation.step else {
            return nil
        }
        let rest = operation.retryAt.map { Duration.milliseconds($0.rawValue - now.rawValue) }
        return Attempt(
            key: key, work: work, number: operation.attempt, delay: min(operation.delay, rest ?? operation.delay))
    }

    /// The task of an attempt was made; its closure begins now, or after the delay with ``beginClosure(_:_:at:)``.
    mutating func begin(_ attempt: Attempt, _ task: Task<Void, Never>, at instant: ContinuousClock.Instant) {
        operations[attempt.key]?.task = task
        if attempt.delay <= .zero { operations[attempt.key]?.startedAt = instant }
    }

    /// The delay before an attempt is over.
    ///
    /// - Returns: whether the closure is to begin.
    mutating func beginClosure(_ key: OperationKey, _ number: Int, at instant: ContinuousClock.Instant) -> Bool {
        guard ending == .open, let operation = operations[key], operation.attempt == number else { return false }
        operations[key]?.startedAt = instant
        return true
    }

    /// An attempt has ended, in one way or another.
    ///
    /// - Returns: the attempt's task; `nil` when nobody wants to know any more.
    mutating func finish(_ key: OperationKey, _ number: Int, _ record: WorkerRecord) -> Task<Void, Never>? {
        guard ending != .ended, let operation = operations[key], operation.attempt == number,
            operation.startedAt != nil
        else { return nil }
        operations[key]?.startedAt = nil
        records.append(record)
        if !toldStep.isEmpty { tell(oldestStep(runningSince: nil)) }
        return operation.task
    }

    var isRunningClosures: Bool { operations.values.contains { $0.startedAt != nil } }

    /// Whether no closure runs and everything is reported.
    var isQuiet: Bool { ending == .ended || (!isReporting && records.isEmpty && !isRunningClosures) }

    /// The name of the step that has been running longest, of those that began before an instant; empty when none has.
    func oldestStep(runningSince instant: ContinuousClock.Instant?) -> String {
        let running = operations.values.compactMap { operation in operation.startedAt.map { (operation.key, $0) } }
        guard let oldest = running.min(by: { $0.1 < $1.1 }) else { return "" }
        if let instant, oldest.1 > instant { return "" }
        return oldest.0.name
    }
}
