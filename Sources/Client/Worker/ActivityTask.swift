internal import AetherRuntime
internal import Logging
internal import Synchronization
internal import Tracing

/// One attempt at an activity, which this worker has.
///
/// | | begin | its closure ends | cancel requested | lost | give up |
/// |---|---|---|---|---|---|
/// | waiting | running | | | over | |
/// | running | | answering | its closure is cancelled | over, its closure is cancelled | answering, its closure is cancelled |
/// | answering | | | | over | over |
///
/// A closure that does not heed its cancellation goes on, and what becomes of it is of no interest.
final class ActivityTask: Sendable {
    private enum Phase { case waiting, running, answering, over }

    private struct State {
        var phase = Phase.waiting
        var isCancelRequested = false
        var throttle: HeartbeatThrottle
        /// The closure's task.
        var closure: Task<[UInt8], any Error>?
        /// The task that awaits the closure and answers for it.
        var answering: Task<Void, Never>?
        /// The task that waits to send a heartbeat.
        var beating: Task<Void, Never>?
        var ended: (@Sendable (ActivityTask) -> Void)?
    }

    let taskID: String
    let name: String
    let workflowID: String
    let attempt: Int
    let idempotencyKey: String
    /// What the last heartbeat of the attempts before said; empty when there was none.
    let lastDetails: [UInt8]
    let logger: Logger
    private let input: [UInt8]
    private let trace: TraceCarrier
    private let activity: (any RegisteredActivity)?
    private let reporting: any ActivityReporting
    private let surroundings: Surroundings
    private let state: Mutex<State>

    /// - Parameters:
    ///   - assignment: what the server sent.
    ///   - activity: what to do; `nil` when this worker does not offer it.
    ///   - reporting: who carries the reports.
    ///   - logger: gets the run's id, the activity's name and the attempt.
    ///   - surroundings: what heartbeats are timed by, and who calls the closure.
    init(
        _ assignment: ActivityAssignment, _ activity: (any RegisteredActivity)?, reporting: any ActivityReporting,
        logger: Logger, surroundings: Surroundings = .system
    ) {
        taskID = assignment.taskID
        name = assignment.name
        workflowID = assignment.workflowID
        attempt = assignment.attempt
        idempotencyKey = assignment.idempotencyKey
        lastDetails = assignment.lastDetails
        input = assignment.input
        trace = assignment.trace
        self.activity = activity
        self.reporting = reporting
        self.surroundings = surroundings
        var logger = logger
        logger[metadataKey: LogKey.workflow] = "\(assignment.workflowID)"
        logger[metadataKey: LogKey.activity] = "\(assignment.name)"
        logger[metadataKey: LogKey.attempt] = "\(assignment.attempt)"
        self.logger = logger
        state = Mutex(State(throttle: HeartbeatThrottle(heartbeatMilliseconds: assignment.heartbeatMilliseconds)))
    }

    /// Begins the closure, unless the attempt is over.
    ///
    /// - Parameter ended: called once the attempt is answered for, or is found to be lost; not after ``lose()``.
    /// - Returns: whether it has begun.
    func begin(ended: @escaping @Sendable (ActivityTask) -> Void) -> Bool {
        state.withLock { state in
            guard state.phase == .waiting else { return false }
            state.phase = .running
            state.ended = ended
            // Cancelled when the attempt is no longer wanted; awaited by the other task.
            let closure = Task(executorPreference: surroundings.executor) { [self] in try await execute() }
            state.closure = closure
            // Ends with the closure and the answer; cancelled when the attempt is lost.
            state.answering = Task(executorPreference: surroundings.executor) { [self] in await answer(for: closure) }
            return true
        }
    }

    private func execute() async throws -> [UInt8] {
        guard let tracer = surroundings.tracer else { return try await perform() }
        let attributes: SpanAttributes = [
            SpanKey.activityName: .string(name), SpanKey.workflowID: .string(workflowID),
            SpanKey.attempt: .int64(Int64(attempt)),
        ]
        return try await tracer.task("activity \(name)", of: trace, attributes) { _ in try await perform() }
    }

    private func perform() async throws -> [UInt8] {
        guard let activity, activity.isServedHere else {
            throw NotServed(activity: name)
        }
        let closure: Surroundings.Closure = {
            try await activity.execute(ActivityContext(task: self), input: self.input)
        }
        let result = try await surroundings.call(closure) {
            Surroundings.Attempt(kind: .activity, name: name, workflowID: workflowID, number: attempt, input: input)
        }
        return try reporting.check(result, of: "the result of activity \"\(name)\"")
    }

    private func answer(for closure: Task<[UInt8], any Error>) async {
        let outcome = await closure.result
        let unsent = state.withLock { state -> [UInt8]?? in
            guard state.phase == .running else { return nil }
            state.phase = .answering
            state.beating?.cancel()
            return .some(state.throttle.end())
        }
        guard let unsent else { return }
        switch outcome {
        case .success(let result):
            await reporting.complete(taskID, .completed(result))
        case .failure(let error):
            // The next attempt is to know how far this one came.
            if let unsent { _ = await reporting.heartbeat(taskID, details: unsent) }
            await reporting.complete(taskID, .failed(failure(of: error)))
        }
        end()
    }

    private func failure(of error: any Error) -> Failure {
        guard error is CancellationError, state.withLock({ $0.isCancelRequested }) else {
            return Failure(describing: error)
        }
        return Failure(message: "the activity was cancelled", type: Failure.cancelled, isNonRetryable: true)
    }

    private func end() {
        let ended = state.withLock { state in
            guard state.phase == .answering else { return nil as (@Sendable (ActivityTask) -> Void)? }
            state.phase = .over
            return state.ended
        }
        ended?(self)
    }

    // MARK: Heartbeats

    /// - Throws: `CancellationError` when the attempt is no longer wanted.
    func heartbeat(_ details: [UInt8]?) async throws {
        try Task.checkCancellation()
        let action = state.withLock { state -> HeartbeatThrottle.Action in
            guard state.phase == .running, !state.isCancelRequested else { return .nothing }
            return state.throttle.beat(details, at: surroundings.clock.now())
        }
        await perform(action)
        let isWanted = state.withLock { $0.phase == .running && !$0.isCancelRequested }
        guard isWanted else { throw CancellationError() }
    }

    private func perform(_ action: HeartbeatThrottle.Action) async {
        switch action {
        case .nothing:
            break
        case .wait(let pause):
            // Cancelled when the attempt ends.
            let task = Task(executorPreference: surroundings.executor) { [self] in
                guard (try? await surroundings.clock.sleep(pause)) != nil else { return }
                await perform(state.withLock { $0.throttle.due(at: surroundings.clock.now()) })
            }
            state.withLock { state in
                if state.phase == .running { state.beating = task } else { task.cancel() }
            }
        case .send(let details):
            let standing = await reporting.heartbeat(taskID, details: details)
            accept(standing)
            await perform(
                state.withLock { state in
                    let next = state.throttle.sent(isDelivered: standing != nil, at: surroundings.clock.now())
                    return state.phase == .running ? next : .nothing
                })
        }
    }

    private func accept(_ standing: AttemptStanding?) {
        switch standing {
        case .wanted, nil:
            break
        case .cancelRequested:
            requestCancel()
        case .lost:
            logger.info("the attempt is no longer this worker's")
            let ended = state.withLock { $0.phase == .running ? $0.ended : nil }
            if lose() { ended?(self) }
        }
    }

    // MARK: The end from outside

    private func requestCancel() {
        let closure = state.withLock { state -> Task<[UInt8], any Error>? in
            guard state.phase == .running else { return nil }
            state.isCancelRequested = true
            return state.closure
        }
        closure?.cancel()
    }

    /// The attempt is no longer this worker's: its closure is cancelled, and nothing is reported.
    ///
    /// - Returns: whether it had begun, and was not over.
    func lose() -> Bool {
        let (hadBegun, state) = state.withLock { state in
            defer { state.phase = .over }
            return (state.phase == .running || state.phase == .answering, state)
        }
        state.closure?.cancel()
        state.beating?.cancel()
        state.answering?.cancel()
        return hadBegun
    }

    /// The worker ends: the closure is cancelled, and the attempt fails, for another worker to make the next one.
    func giveUp(_ failure: Failure) async {
        let closure = state.withLock { state -> Task<[UInt8], any Error>? in
            guard state.phase == .running else { return nil }
            state.phase = .answering
            state.beating?.cancel()
            return state.closure
        }
        if let closure {
            closure.cancel()
            await reporting.completeInHaste(taskID, .failed(failure))
        }
        _ = lose()
    }
}

/// A task came for an activity that this worker does not offer.
private struct NotServed: Error, CustomStringConvertible {
    let activity: String

    var description: String { "the worker does not serve the activity \"\(activity)\"" }
}
