internal import AetherRuntime
internal import DequeModule
internal import GRPCCore
internal import Logging
internal import Synchronization

/// Reports what happened in all runs of a worker, in as few calls as it takes: what accumulates while calls are under way
/// goes with the next one. A lone run sees one round trip a step, thousands share their calls.
final class Reporter: RunReporting {
    /// How many `Advance` calls are under way at once: while one is being committed the next is decided, and the worker works on
    /// the answer of a third.
    private static let callsInFlight = 3
    /// What one call carries at most, in runs and in bytes of results; what does not fit goes with the next.
    private static let maximumCallRuns = 350
    private static let maximumCallBytes = 2 * 1024 * 1024
    private static let retryDelay = Duration.milliseconds(50)...Duration.seconds(1)

    private struct State {
        /// Runs with something to report, none twice, in the order of their first report.
        var ready: Deque<Run> = []
        /// Tasks that the server believes this worker to have.
        var disowned: Set<String> = []
        /// How many calls are under way.
        var callCount = 0
        var isStopping = false
    }

    private let calls: any WorkerCalls
    private let workerID: String
    private let limits: ValueLimits
    private let table: TaskTable
    private let logger: Logger
    private let state = Mutex(State())
    private let bell = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let clock: WorkerClock
    let longSteps: LongStepWatch

    init(
        calls: any WorkerCalls, workerID: String, limits: ValueLimits, table: TaskTable, clock: WorkerClock,
        logger: Logger
    ) {
        self.calls = calls
        self.workerID = workerID
        self.limits = limits
        self.table = table
        self.clock = clock
        longSteps = LongStepWatch(clock: clock)
        self.logger = logger
    }

    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] {
        try limits.check(value, of: what())
    }

    func rested(_ run: Run) {
        table.rested(run)
    }

    func report(_ run: Run) {
        guard !run.isReady.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let rings = state.withLock { state in
            state.ready.append(run)
            return state.ready.count == 1
        }
        if rings { bell.continuation.yield() }
    }

    /// Tells the server that this worker does not have a task.
    func disown(_ task: String) {
        state.withLock { _ = $0.disowned.insert(task) }
        bell.continuation.yield()
    }

    func stepBegan(in run: Run, at instant: ContinuousClock.Instant) {
        longSteps.stepBegan(in: run, at: instant)
    }

    /// Makes the calls, until ``stop()`` and everything is reported, or the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in bell.stream {
                // Behind what the worker has to do now: what comes of it goes with the same call.
                await Task.yield()
                while let batch = nextBatch() {
                    group.addTask {
                        var late = await self.call(batch)
                        self.state.withLock { $0.callCount -= 1 }
                        self.bell.continuation.yield()
                        // Beside the others: runs whose servers are gone hold up none that have one.
                        var backoff = RetryDelay(Self.retryDelay, random: self.clock.random)
                        while !late.request.reports.isEmpty {
                            guard (try? await self.clock.pause(backoff.next())) != nil else { break }
                            late = await self.call(late)
                        }
                        late.runs.forEach { $0.reportFailed() }
                    }
                }
                if state.withLock({ $0.isStopping && $0.ready.isEmpty && $0.disowned.isEmpty && $0.callCount == 0 }) {
                    break
                }
            }
        }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        bell.continuation.yield()
    }

    private struct Batch: Sendable {
        var runs: [Run] = []
        /// One for each run; those behind are of tasks that this worker does not have.
        var request: AdvanceRequest
    }

    private func nextBatch() -> Batch? {
        guard state.withLock({ $0.callCount < Self.callsInFlight }) else { return nil }
        var batch = Batch(request: AdvanceRequest(workerID: workerID, reports: []))
        var size = 0
        while batch.runs.count < Self.maximumCallRuns, size <= Self.maximumCallBytes, let run = takeReady() {
            guard let report = run.takeReport() else { continue }
            batch.runs.append(run)
            batch.request.reports.append(report)
            size += report.records.reduce(0) { $0 + $1.payloadSize }
        }
        batch.request.reports += takeDisowned(Self.maximumCallRuns - batch.runs.count).map {
            RunReport(task: $0, firstRecord: 0, records: [], givesBack: true)
        }
        guard !batch.request.reports.isEmpty else { return nil }
        state.withLock { $0.callCount += 1 }
        return batch
    }

    private func takeDisowned(_ count: Int) -> [String] {
        state.withLock { state in
            let tasks = state.disowned.prefix(max(0, count))
            state.disowned.subtract(tasks)
            return Array(tasks)
        }
    }

    private func takeReady() -> Run? {
        // From now on, what happens in the run makes it ready again.
        guard let run = state.withLock({ $0.ready.popFirst() }) else { return nil }
        run.isReady.store(false, ordering: .sequentiallyConsistent)
        return run
    }

    /// - Returns: what is to be reported again.
    private func call(_ batch: Batch) async -> Batch {
        let none = Batch(request: AdvanceRequest(workerID: workerID, reports: []))
        var backoff = RetryDelay(Self.retryDelay, random: clock.random)
        while !Task.isCancelled {
            do {
                let response = try await calls.advance(batch.request, timeout: nil)
                return accept(response, of: batch)
            } catch let error as RPCError where error.isTransient {
                logger.debug("report not delivered, trying again", metadata: [LogKey.error: "\(error.message)"])
                guard (try? await clock.pause(backoff.next())) != nil else { break }
            } catch {
                // Reporting the same again can't help. The runs go back to where the server has them.
                logger.error("the server refused a report", metadata: [LogKey.error: "\(error)"])
                batch.runs.forEach(table.remove)
                return none
            }
        }
        batch.runs.forEach { $0.reportFailed() }
        return none
    }

    private func accept(_ response: AdvanceResponse, of batch: Batch) -> Batch {
        var late = Batch(request: AdvanceRequest(workerID: workerID, reports: []))
        for (index, (run, answer)) in zip(batch.runs, response.answers).enumerated() {
            switch answer.acknowledgement {
            case .applied(let places):
                let (hasMore, hasEnded, mayGoOn) = run.acknowledge(places)
                if hasEnded { table.remove(run) }
                if hasMore { report(run) }
                if mayGoOn { run.executor.wake() }
            case .stale(let reason), .closed(let reason), .gap(let reason):
                run.logger.info("run dropped", metadata: [LogKey.reason: "\(reason)"])
                table.remove(run)
            case .refused(let reason):
                run.logger.error("the server refused a report", metadata: [LogKey.reason: "\(reason)"])
                table.remove(run)
            case .later:
                late.runs.append(run)
                late.request.reports.append(batch.request.reports[index])
            }
        }
        for (report, answer) in zip(batch.request.reports, response.answers).dropFirst(batch.runs.count) {
            if case .later = answer.acknowledgement { late.request.reports.append(report) }
        }
        return late
    }
}
