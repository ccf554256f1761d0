internal import AetherRuntime
internal import Logging
internal import Synchronization

/// One workflow run in this worker's memory: what it has called, what is resolved, and what is still to be reported.
///
/// Two rules make a replay equal the live run. Operations are resolved one at a time in journal order, each after the run
/// has come to rest. And nothing begins, no step's closure and no remote operation, before the whole recorded journal is
/// resolved: whatever is recorded was called without its help.
final class Run: Sendable {
    /// The run whose function the current task executes; `nil` outside of workflows.
    @TaskLocal static var current: Run?

    let task: TaskID
    let taskID: String
    let info: WorkflowInfo
    let input: [UInt8]
    /// What the run is part of, as tracing knows it.
    let trace: TraceCarrier
    private let workerLogger: Logger
    let executor: RunExecutor
    /// Where the closures of its steps run. A run that goes ahead of its journal does as much as it can in one go: then all of it is
    /// in one report.
    let stepExecutor: any TaskExecutor
    let reporter: any RunReporting
    let surroundings: Surroundings
    let state: Mutex<RunState>
    /// Counts the waits of its callers.
    private let waits = Atomic(0)
    /// The task of the workflow's function; 0 before it begins.
    private let functionsTask = Atomic(0)
    /// Whether it is among those that the reporter has to ask.
    let isReady = Atomic(false)
    /// Whether somebody will look whether its steps take long.
    let isWatched = Atomic(false)

    init(
        task: TaskID, type: String, input: [UInt8], journal: [JournalEntry], stepsAhead: Int = 0,
        trace: TraceCarrier = TraceCarrier(), reporter: any RunReporting, logger: Logger,
        surroundings: Surroundings = .system
    ) {
        self.task = task
        self.taskID = task.description
        var continuedCount: UInt64 = 0
        if case .started(let start) = journal.first?.event { continuedCount = start.continuation?.count ?? 0 }
        self.info = WorkflowInfo(
            id: task.workflow.rawValue, type: type, attempt: Int(clamping: task.epoch),
            continuedCount: Int(clamping: continuedCount))
        self.input = input
        self.trace = trace
        self.reporter = reporter
        self.surroundings = surroundings
        self.executor = RunExecutor(on: surroundings.executor, goesFirst: stepsAhead > 0)
        stepExecutor = stepsAhead > 0 ? surroundings.executor.next : surroundings.executor
        workerLogger = logger
        state = Mutex(
            RunState(journal: journal, stepsAhead: stepsAhead, at: surroundings.clock.now()))
        executor.attach(self)
    }

    /// Made when it is asked for: most runs log nothing.
    var logger: Logger {
        var logger = workerLogger
        logger[metadataKey: LogKey.workflow] = "\(task.workflow)"
        logger[metadataKey: LogKey.type] = "\(info.type)"
        return logger
    }

    var isReplaying: Bool { state.withLock { $0.isReplaying } }
    var isCancelRequested: Bool { state.withLock { $0.isCancelRequested } }
    var hasEnded: Bool { state.withLock { $0.ending == .ended } }
    var now: Timestamp { state.withLock { $0.now } }
    /// How many entries it has seen, but for those of leases, of which there may be more on a replay.
    var historyLength: Int { state.withLock { $0.historyLength } }

    // MARK: What the workflow calls

    /// The key of the next operation of a kind and name, in the scope of the current task.
    func nextKey(kind: String, name: String = "") -> OperationKey {
        let scope = Scope.current
        return state.withLock { $0.nextKey(scope: scope, kind: kind, name: name) }
    }

    /// The random numbers of a call.
    func random(kind: String) -> KeyedRandom {
        KeyedRandom(seed: state.withLock { $0.seed }, key: nextKey(kind: kind))
    }

    /// Calls an operation and waits for its outcome or, if so asked, until its start is in the journal.
    func perform(_ key: OperationKey, _ work: Operation.Work, untilStarted: Bool = false) async -> Operation.Resolution
    {
        await wait(for: key, isForStart: untilStarted) { state in
            let operation = state.call(key, work)
            if !state.isReplaying { begin(operation, state) }
            return operation
        }
    }

    /// Waits for the outcome of an operation that is kept.
    func outcome(of key: OperationKey) async -> Operation.Resolution {
        await wait(for: key, isForStart: false) { $0.operations[key] }
    }

    /// Waits until the run is no longer this worker's.
    func untilDropped(_ key: OperationKey) async {
        _ = await wait(for: key, isForStart: false) { $0.hold(key) }
    }

    private func wait(
        for key: OperationKey, isForStart: Bool, calling call: (inout RunState) -> Operation?
    ) async -> Operation.Resolution {
        let number = waits.wrappingAdd(1, ordering: .relaxed).newValue
        if isFunctionsTask { return await wait(for: key, number, isForStart: isForStart, calling: call) }
        return await withTaskCancellationHandler {
            await wait(for: key, number, isForStart: isForStart, calling: call)
        } onCancel: {
            // The branch of the workflow that waits was cancelled.
            let (released, hasMore) = state.withLock { ($0.cancelWait(key, number), $0.wantsReport) }
            released?.resume()
            if hasMore { reporter.report(self) }
        }
    }

    private func wait(
        for key: OperationKey, _ number: Int, isForStart: Bool, calling call: (inout RunState) -> Operation?
    ) async -> Operation.Resolution {
        await withUnsafeContinuation { continuation in
            let waiter = Operation.Waiter(number: number, isForStart: isForStart, continuation: continuation)
            let (resolution, hasMore) = state.withLock { state -> (Operation.Resolution?, Bool) in
                if state.ending == .ended || Task.isCancelled { return (.cancelled, false) }
                guard let operation = call(&state) else { return (.cancelled, state.wantsReport) }
                return (state.wait(for: operation, waiter), state.wantsReport)
            }
            if hasMore { reporter.report(self) }
            if let resolution { continuation.resume(returning: resolution) }
        }
    }

    /// Whether the current task is the workflow's own, which nobody cancels: cancellation reaches the function through what it
    /// waits for, so that it can clean up.
    private var isFunctionsTask: Bool {
        withUnsafeCurrentTask { $0?.hashValue } == functionsTask.load(ordering: .relaxed)
    }

    /// The function begins, in the current task.
    func begin() {
        functionsTask.store(withUnsafeCurrentTask { $0?.hashValue } ?? 0, ordering: .relaxed)
    }

    /// The function ended.
    func close(_ outcome: WorkflowOutcome) { end(with: .close(outcome)) }

    /// The function goes on as a new run.
    func continueAsNew(_ input: [UInt8]) { end(with: .continueAsNew(input: input)) }

    private func end(with record: WorkerRecord) {
        let (hasMore, blockage) = state.withLock { ($0.close(with: record), $0.blockage) }
        if let blockage, hasMore { tell(blockage) }
        if hasMore { reporter.report(self) }
    }

    // MARK: Resolving

    /// Resolves what the journal says next. Called by the run's executor when the run has come to rest.
    ///
    /// - Returns: whether the run may have something to do now.
    func resolveNext() -> Bool {
        let (next, isFree, hasMore) = state.withLock { state in
            let next = state.resolveNext(at: surroundings.clock.now())
            var isFree = false
            if case .nothing = next {
                for operation in state.takeParked() { begin(operation, state) }
                isFree = state.rest()
            }
            return (next, isFree, state.wantsReport)
        }
        defer { if hasMore { reporter.report(self) } }
        if isFree { reporter.rested(self) }
        switch next {
        case .nothing, .missing:
            return false
        case .resume(let released):
            for caller in released { caller.resume() }
            return true
        case .blocked(let blockage):
            tell(blockage)
            return false
        }
    }

    /// The code does not fit the journal: the run is given back, and waits for a worker whose code does.
    func tell(_ blockage: Blockage) {
        logger.error(
            "the workflow's code does not fit its journal: \(blockage); start a worker whose code does, or tell the change with context.version"
        )
    }

    /// Takes entries that the server made.
    ///
    /// - Returns: what is to be done for the run to see them.
    func deliver(_ entries: [JournalEntry]) -> RunState.Wakening {
        state.withLock { state in
            for entry in entries { state.arrive(entry) }
            return state.wake()
        }
    }

    // MARK: Reporting

    /// What is to be reported now: everything not acknowledged. Until ``acknowledge(_:)`` or ``reportFailed()`` there is
    /// nothing more to take.
    ///
    /// - Returns: `nil` when there is nothing, or a report is under way.
    func takeReport() -> RunReport? {
        state.withLock { $0.takeReport(of: taskID) }
    }

    /// The server has stored the first records that were reported, at these places in the journal.
    ///
    /// - Returns: whether there is more to report, whether the run has ended, and whether it may have something to do now.
    func acknowledge(_ places: [RecordPlace]) -> (hasMore: Bool, hasEnded: Bool, mayGoOn: Bool) {
        state.withLock { state in
            let hasEnded = state.acknowledge(places)
            return (state.wantsReport, hasEnded, state.mayGoOn)
        }
    }

    /// The report did not get through: it is made again.
    func reportFailed() {
        state.withLock { $0.isReporting = false }
    }

    /// Where the run is, as it is told to a server.
    func takePlace() -> RunState.Place { state.withLock { $0.takePlace() } }

    /// If the run only waits, the place in the journal where it does.
    var waitingPlace: UInt64? { state.withLock { $0.waitingPlace } }

    /// The server may have forgotten that the run only waits.
    ///
    /// - Returns: whether it does, and there is something to report.
    func tellWaitingAgain() -> Bool {
        state.withLock { state in
            state.tellWaitingAgain()
            return state.wantsReport
        }
    }

    // MARK: Places

    /// The run was given a place among those that work.
    func occupy() -> RunState.Occupation {
        state.withLock { $0.occupy() }
    }

    /// The run needs no place any more.
    ///
    /// - Returns: whether it had one.
    func vacate() -> Bool {
        state.withLock { $0.vacate() }
    }

    /// The worker makes room: a run that only waits is given back.
    ///
    /// - Returns: whether it does and is to be reported.
    func evict() -> Bool {
        state.withLock { $0.evict() }
    }

    // MARK: Ending

    /// The run is no longer this worker's: everything it waits for throws, and nothing of it is reported any more.
    func drop() {
        for caller in state.withLock({ $0.end() }) { caller.resume() }
    }

    /// The worker shuts down: no closure begins any more.
    func drain() {
        state.withLock { state in
            if state.ending == .open { state.ending = .draining }
        }
    }

    /// Waits until no closure runs and everything is reported, or until the deadline.
    func untilQuiet(before deadline: ContinuousClock.Instant) async {
        while !state.withLock({ $0.isQuiet }), surroundings.clock.instant() < deadline {
            guard (try? await surroundings.clock.pause(.milliseconds(5))) != nil else { return }
        }
    }
}
