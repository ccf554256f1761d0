internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import Logging
internal import SwiftProtobuf
internal import Synchronization

/// This process as a worker: registers, takes tasks from its stream, works at them, and keeps them while the server is
/// away.
final class Worker: Sendable {
    private static let retryDelay = Duration.milliseconds(50)...Duration.seconds(1)

    private struct State {
        /// Runs of which more journal is to come, by task.
        var arriving: [String: ArrivingRun] = [:]
        /// Counts the registrations.
        var registrations: UInt64 = 0
        var isStopping = false
        var poll: Task<Void, any Error>?
        var registration = Result<Void, any Error>?.none
        var waiters: [CheckedContinuation<Void, any Error>] = []
    }

    struct ArrivingRun {
        var first: Aether_V1_Task
        var journal: [JournalEntry]
    }

    let calls: any WorkerCalls
    let surroundings: Surroundings
    let workflows: [String: any RegisteredWorkflow]
    let activities: [String: any RegisteredActivity]
    let workerID: String
    let service: String
    let instanceID: String
    let configuration: AetherClient.Configuration
    let logger: Logger
    let limits = ValueLimits()
    let table: TaskTable
    let reporter: Reporter
    let activityReporter: ActivityReporter
    private let state = Mutex(State())

    /// - Throws: ``AetherError`` `invalidArgument` when two servables of a kind have one name, or an activity has no body.
    init(
        client: AetherClient, _ servables: [any Servable], calls: any WorkerCalls,
        in surroundings: Surroundings = .system
    ) throws(AetherError) {
        var workflows: [String: any RegisteredWorkflow] = [:]
        var activities: [String: any RegisteredActivity] = [:]
        for servable in servables {
            var former: (any Servable)?
            if let workflow = servable as? any RegisteredWorkflow & Servable {
                former = workflows.updateValue(workflow, forKey: workflow.name) as? any Servable
            } else if let activity = servable as? any RegisteredActivity & Servable {
                guard activity.isServedHere else { throw .withoutBody(activity.name) }
                former = activities.updateValue(activity, forKey: activity.name) as? any Servable
            }
            if let former { throw .twoOfOneName(former.name) }
        }
        self.workflows = workflows
        self.activities = activities
        self.calls = calls
        var surroundings = surroundings
        surroundings.tracer = WorkTracer.current
        self.surroundings = surroundings
        instanceID = String(surroundings.clock.random(), radix: 36)
        workerID = client.workerID
        service = client.service ?? ""
        configuration = client.configuration
        logger = client.logger
        table = TaskTable(
            places: configuration.maximumConcurrentTasks, maximumRuns: configuration.maximumRunsInMemory)
        reporter = Reporter(
            calls: calls, workerID: workerID, limits: limits, table: table, clock: surroundings.clock, logger: logger)
        activityReporter = ActivityReporter(calls: calls, limits: limits, clock: surroundings.clock, logger: logger)
    }

    /// Works until ``stop()``, then gives the tasks back.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: surroundings.executor) { await self.reporter.run() }
            group.addTask { await self.watchLongSteps() }
            // Awaited below; not a child, so that a cancelled worker gives its runs back before anything in them is
            // cancelled. Dropped, they end by themselves.
            let executing = Task(executorPreference: surroundings.executor) { await self.executeRuns() }
            let polling = Task(executorPreference: surroundings.executor) { try await self.poll() }
            let isStopping = state.withLock { state in
                state.poll = polling
                return state.isStopping
            }
            if isStopping { polling.cancel() }
            let end = await withTaskCancellationHandler {
                await polling.result
            } onCancel: {
                polling.cancel()
            }
            await giveBack()
            group.cancelAll()
            table.finish()
            await executing.value
            if case .failure(let error) = end, !(error is CancellationError) { throw error }
        }
    }

    /// Lets ``run()`` end.
    func stop() {
        let polling = state.withLock { state in
            state.isStopping = true
            return state.poll
        }
        polling?.cancel()
    }

    /// Waits until the server knows this worker.
    func untilRegistered() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state in
                if state.registration == nil { state.waiters.append(continuation) }
                return state.registration
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func setRegistration(_ result: Result<Void, any Error>) {
        let waiters = state.withLock { state in
            state.registration = result
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    // MARK: The server

    private func poll() async throws {
        var delay = RetryDelay(Self.retryDelay, random: surroundings.clock.random)
        var isAway = false
        while !Task.isCancelled {
            do {
                try await register()
                if isAway { logger.info("connected to the server again") }
                (delay, isAway) = (RetryDelay(Self.retryDelay, random: surroundings.clock.random), false)
                try await takeTasks()
            } catch let error as RPCError where error.isTransient || error.code == .failedPrecondition {
                if Task.isCancelled { break }
                if !isAway {
                    logger.warning("the server is away; trying again", metadata: [LogKey.error: "\(error.message)"])
                }
                isAway = true
                try await surroundings.clock.pause(delay.next())
            } catch let error as RPCError where error.code == .alreadyExists {
                // Perhaps this worker's own former process, whose connection the server still believes in.
                logger.warning("registration refused; trying again", metadata: [LogKey.error: "\(error.message)"])
                try await surroundings.clock.pause(delay.next())
            } catch {
                let error = (error as? RPCError).map { AetherError($0) } ?? error
                setRegistration(.failure(error))
                throw error
            }
        }
        setRegistration(.failure(CancellationError()))
    }

    private func takeTasks() async throws {
        let request = Aether_V1_PollRequest.with {
            $0.workerID = workerID
            $0.maxTasks = Int32(clamping: max(1, configuration.maximumConcurrentTasks))
            $0.instanceID = instanceID
            $0.registration = state.withLock { $0.registrations }
        }
        // What a broken stream left unfinished comes again, as a task of its own.
        state.withLock { $0.arriving = [:] }
        try await calls.pollTasks(request) {
            self.setRegistration(.success(()))
            self.table.tellWaitingAgain()
        } take: { task in
            self.take(task)
        }
    }

    /// A number for the next registration.
    func nextRegistration() -> UInt64 {
        state.withLock { state in
            state.registrations += 1
            return state.registrations
        }
    }

    /// A run arrives, perhaps in several messages.
    ///
    /// - Returns: the run, once it is complete.
    func assemble(_ task: Aether_V1_Task, _ entries: [JournalEntry]) -> ArrivingRun? {
        state.withLock { state in
            var arriving = state.arriving.removeValue(forKey: task.taskID) ?? ArrivingRun(first: task, journal: [])
            arriving.journal += entries
            guard task.journalContinues else { return arriving }
            state.arriving[task.taskID] = arriving
            return nil
        }
    }

    // MARK: Runs

    private func executeRuns() async {
        await withDiscardingTaskGroup { group in
            for await run in table.beginnings {
                group.addTask(executorPreference: run.executor) { await self.execute(run) }
            }
        }
    }

    private func execute(_ run: Run) async {
        guard let workflow = workflows[run.info.type] else {
            return run.close(
                .failed(Failure(message: "worker \(workerID) does not serve the workflow type \"\(run.info.type)\"")))
        }
        await run.execute(workflow)
    }

    private func watchLongSteps() async {
        await reporter.longSteps.run { reporter.report($0) }
    }
}

extension AetherError {
    fileprivate static func withoutBody(_ name: String) -> AetherError {
        AetherError(
            code: .invalidArgument, message: "activity \"\(name)\" has no body; serve it where it is declared with one")
    }

    fileprivate static func twoOfOneName(_ name: String) -> AetherError {
        AetherError(
            code: .invalidArgument,
            message: "two workflows or two activities are named \"\(name)\"; rename one of them")
    }
}
