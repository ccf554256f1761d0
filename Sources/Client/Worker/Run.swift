internal import AetherRuntime
internal import Logging
internal import Synchronization

/// One workflow run in this worker's memory: what it has called, what is resolved, and what is still to be reported.
///
/// Two rules make a replay equal the live run. Operations are resolved one at a time in journal order, each after the run
/// has come to rest. And no step's closure begins before the whole recorded journal is resolved: whatever is recorded was
/// called without its help.
final class Run: Sendable {
    let task: TaskID
    let taskID: String
    let info: WorkflowInfo
    let input: [UInt8]
    let logger: Logger
    let executor = RunExecutor()
    private let reporter: Reporter
    private let state: Mutex<RunState>

    enum Resolution: Sendable {
        case completed([UInt8])
        case failed(Failure)
        case cancelled
    }

    init(
        task: TaskID, type: String, input: [UInt8], journal: [JournalEntry], reporter: Reporter, logger: Logger
    ) {
        self.task = task
        self.taskID = task.description
        self.info = WorkflowInfo(id: task.workflow.rawValue, type: type, attempt: Int(clamping: task.epoch))
        self.input = input
        self.reporter = reporter
        var logger = logger
        logger[metadataKey: "workflow"] = "\(task.workflow)"
        logger[metadataKey: "type"] = "\(type)"
        self.logger = logger
        let last = journal.last?.sequence ?? 0
        var arrived: [UInt64: JournalEvent] = [:]
        arrived.reserveCapacity(journal.count)
        for entry in journal { arrived[entry.sequence] = entry.event }
        state = Mutex(RunState(arrived: arrived, replayEnd: last))
        executor.attach(self)
    }

    var isReplaying: Bool { state.withLock { $0.isReplaying } }
    var isCancelRequested: Bool { state.withLock { $0.isCancelRequested } }
    var hasEnded: Bool { state.withLock { $0.ending == .ended } }

    // MARK: What the workflow calls

    /// Calls a step: waits until its outcome is recorded and its turn has come.
    func step(_ name: String, _ closure: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8] {
        if let outer = StepContext.current {
            throw NonRetryableError(
                "step \"\(name)\" was called inside step \"\(outer.name)\"; a step can't use the workflow's context")
        }
        let key = nextKey(kind: "step", name: name)
        switch await perform(key, closure) {
        case .completed(let result): return result
        case .failed(let failure): throw StepFailed(step: name, failure)
        case .cancelled: throw CancellationError()
        }
    }

    private func nextKey(kind: String, name: String) -> OperationKey {
        state.withLock { state in
            state.nextKey(scope: "", kind: kind, name: name)
        }
    }

    private func perform(
        _ key: OperationKey, _ closure: @escaping @Sendable () async throws -> [UInt8]
    ) async -> Resolution {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.ending == .ended || Task.isCancelled { return true }
                    state.call(key, closure, continuation)
                    if !state.isReplaying { begin(key, &state) }
                    return false
                }
                if isOver { continuation.resume(returning: .cancelled) }
            }
        } onCancel: {
            abandon(key)
        }
    }

    /// The branch of the workflow that called the operation was cancelled.
    private func abandon(_ key: OperationKey) {
        let operation = state.withLock { $0.abandon(key) }
        operation?.task?.cancel()
        operation?.continuation.resume(returning: .cancelled)
    }

    // MARK: Closures

    private func begin(_ key: OperationKey, _ state: inout RunState) {
        guard state.ending == .open, let closure = state.waiting[key]?.closure else { return }
        let context = StepContext(name: key.name, idempotencyKey: "\(info.id)/\(key)", attempt: 1)
        // Ends with the closure; cancelled with the operation. Not a child of the workflow's task, so that a cancelled
        // operation returns at once and the closure runs outside the run's executor.
        let task = Task {
            await StepContext.$current.withValue(context) {
                do {
                    let result = try reporter.check(try await closure(), of: "step \"\(context.name)\"")
                    finish(key, .stepCompleted(key: key, result: result))
                } catch {
                    finish(key, .stepFailed(key: key, failure: Failure(describing: error)))
                }
            }
        }
        state.begin(key, task, at: .now)
        reporter.stepsBegan()
    }

    private func finish(_ key: OperationKey, _ record: WorkerRecord) {
        if state.withLock({ $0.finish(key, record) }) { reporter.report(self) }
    }

    /// The function ended.
    func close(_ outcome: WorkflowOutcome) {
        if state.withLock({ $0.close(outcome) }) { reporter.report(self) }
    }

    // MARK: Resolving

    /// Resolves what the journal says next. Called by the run's executor when the run has come to rest.
    ///
    /// - Returns: whether the run may have something to do now.
    func resolveNext() -> Bool {
        let next = state.withLock { state in
            let next = state.resolveNext()
            if case .nothing = next {
                for key in state.takeParked() { begin(key, &state) }
            }
            return next
        }
        switch next {
        case .nothing:
            return false
        case .resume(let resolved):
            for (operation, resolution) in resolved {
                if case .cancelled = resolution { operation.task?.cancel() }
                operation.continuation.resume(returning: resolution)
            }
            return true
        case .blocked(let expected):
            block(expected)
            return false
        }
    }

    /// The code does not fit the journal: the run stays where it is, and says so, until a worker with fitting code has it.
    private func block(_ expected: OperationKey) {
        let found = state.withLock { state in
            let found = state.unrecorded.map(\.rawValue).joined(separator: ", ")
            state.tell("blocked: the journal has \(expected), the code called \(found.isEmpty ? "nothing" : found)")
            return found
        }
        logger.error(
            "the workflow's code does not fit its journal; deploy code that does and restart the worker",
            metadata: ["expected": "\(expected)", "found": "\(found)"])
        reporter.report(self)
    }

    /// Takes an entry that the server made.
    func deliver(_ entry: JournalEntry) {
        state.withLock { state in
            state.arrive(entry.sequence, entry.event)
        }
    }

    // MARK: Reporting

    /// What is to be reported now: everything not acknowledged. Until ``acknowledge(_:)`` or ``reportFailed()`` there is
    /// nothing more to take.
    ///
    /// - Returns: `nil` when there is nothing, or a report is under way.
    func takeReport() -> (first: UInt64, records: [WorkerRecord], currentStep: String?)? {
        state.withLock { state in
            guard !state.isReporting, state.ending != .ended else { return nil }
            guard state.hasMoreToReport else { return nil }
            state.isReporting = true
            defer { state.stepToTell = nil }
            return (state.firstRecord, state.records, state.stepToTell)
        }
    }

    /// The server has stored the first records that were reported, at these places in the journal.
    ///
    /// - Returns: whether there is more to report, and whether the run has ended.
    func acknowledge(_ sequences: [UInt64]) -> (hasMore: Bool, hasClosed: Bool) {
        state.withLock { state in
            let hasClosed = state.acknowledge(sequences)
            return (state.hasMoreToReport, hasClosed)
        }
    }

    /// The report did not get through: it is made again.
    func reportFailed() {
        state.withLock { $0.isReporting = false }
    }

    /// If a step has been running since before an instant and the server was not told, it is to be told.
    ///
    /// - Returns: whether any closure is running.
    func noteLongSteps(startedBefore instant: ContinuousClock.Instant) -> (isRunning: Bool, isToTell: Bool) {
        state.withLock { state in
            let oldest = state.oldestStep(runningSince: instant)
            guard !oldest.isEmpty, oldest != state.toldStep else { return (state.isRunningClosures, false) }
            state.tell(oldest)
            return (true, true)
        }
    }

    // MARK: Ending

    /// The run is no longer this worker's: everything it waits for throws, and nothing of it is reported any more.
    func drop() {
        let waiting = state.withLock { state in
            guard state.ending != .ended else { return [RunState.Operation]() }
            state.ending = .ended
            return state.takeAll()
        }
        for operation in waiting {
            operation.task?.cancel()
            operation.continuation.resume(returning: .cancelled)
        }
    }

    /// The worker shuts down: no closure begins any more.
    func drain() {
        state.withLock { state in
            if state.ending == .open { state.ending = .draining }
        }
    }

    /// Waits until no closure runs and everything is reported, or until the deadline.
    func untilQuiet(before deadline: ContinuousClock.Instant) async {
        while !state.withLock({ $0.isQuiet }), ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }
}
