internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import Logging
internal import SwiftProtobuf
internal import Synchronization

/// This process as a worker: registers, takes tasks from its stream, runs them, and keeps its runs while the server is
/// away.
final class Worker: Sendable {
    /// The protocol with a journal, replay and `Advance`.
    private static let protocolVersion: UInt32 = 1
    private static let retryDelay = Duration.milliseconds(50)...Duration.seconds(1)

    private struct State {
        var runs: [WorkflowID: Run] = [:]
        /// Tasks of which more journal is to come.
        var arriving: [String: ArrivingTask] = [:]
        var isStopping = false
        var poll: Task<Void, any Error>?
        var registration = Result<Void, any Error>?.none
        var waiters: [CheckedContinuation<Void, any Error>] = []
    }

    private struct ArrivingTask {
        var first: Aether_V1_Task
        var journal: [JournalEntry]
    }

    private let connection: ServerConnection
    private let reporter: Reporter
    private let workflows: [String: any RegisteredWorkflow]
    private let workerID: String
    private let instanceID = String(UInt64.random(in: .min ... .max), radix: 36)
    private let configuration: AetherClient.Configuration
    private let logger: Logger
    private let state: StateBox
    private let arrivals = AsyncStream<Run>.makeStream()

    /// The runs, shared with the reporter, which learns of their ends.
    private final class StateBox: Sendable {
        let value = Mutex(State())
    }

    /// - Throws: ``AetherError`` `invalidArgument` when two servables have one name, or the client's URL is none.
    init(client: AetherClient, _ servables: [any Servable]) throws(AetherError) {
        var workflows: [String: any RegisteredWorkflow] = [:]
        for case let workflow as any RegisteredWorkflow in servables {
            guard workflows.updateValue(workflow, forKey: workflow.name) == nil else {
                throw AetherError(
                    code: .invalidArgument, message: "two workflows are named \"\(workflow.name)\"; rename one of them")
            }
        }
        self.workflows = workflows
        self.workerID = client.workerID
        self.configuration = client.configuration
        self.logger = client.logger
        let connection = ServerConnection(try ServerAddress(client.serverURL))
        let state = StateBox()
        self.connection = connection
        self.state = state
        self.reporter = Reporter(connection: connection, workerID: client.workerID, logger: client.logger) { run in
            run.drop()
            state.value.withLock { state in
                if state.runs[run.task.workflow] === run { state.runs[run.task.workflow] = nil }
            }
        }
    }

    /// Works until ``stop()``, then gives the runs back.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.reporter.run() }
            group.addTask { await self.watchLongSteps() }
            // Awaited below; not a child, so that a cancelled worker gives its runs back before anything in them is
            // cancelled. Dropped, they end by themselves.
            let executing = Task { await self.executeArrivals() }
            let polling = Task { try await self.poll() }
            let isStopping = state.value.withLock { state in
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
            arrivals.continuation.finish()
            await executing.value
            if case .failure(let error) = end, !(error is CancellationError) { throw error }
        }
    }

    /// Lets ``run()`` end.
    func stop() {
        let polling = state.value.withLock { state in
            state.isStopping = true
            return state.poll
        }
        polling?.cancel()
    }

    /// Waits until the server knows this worker.
    func untilRegistered() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.value.withLock { state in
                if state.registration == nil { state.waiters.append(continuation) }
                return state.registration
            }
            if let known { continuation.resume(with: known) }
        }
    }

    private func setRegistration(_ result: Result<Void, any Error>) {
        let waiters = state.value.withLock { state in
            state.registration = result
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    // MARK: Tasks

    private func poll() async throws {
        var delay = RetryDelay(Self.retryDelay)
        var isAway = false
        while !Task.isCancelled {
            do {
                try await register()
                if isAway { logger.info("connected to the server again") }
                (delay, isAway) = (RetryDelay(Self.retryDelay), false)
                try await takeTasks()
            } catch let error as RPCError where error.isTransient || error.code == .failedPrecondition {
                if Task.isCancelled { break }
                if !isAway {
                    logger.warning("the server is away; trying again", metadata: ["error": "\(error.message)"])
                }
                isAway = true
                try await Task.sleep(for: delay.next())
            } catch let error as RPCError where error.code == .alreadyExists {
                // Perhaps this worker's own former process, whose connection the server still believes in.
                logger.warning("registration refused; trying again", metadata: ["error": "\(error.message)"])
                try await Task.sleep(for: delay.next())
            } catch {
                let error = (error as? RPCError).map { AetherError($0) } ?? error
                setRegistration(.failure(error))
                throw error
            }
        }
        setRegistration(.failure(CancellationError()))
    }

    private func register() async throws {
        let held = state.value.withLock { $0.runs.values.map(\.taskID) }
        let response = try await connection.worker.register(
            .with {
                $0.workerID = workerID
                $0.language = ["swift"]
                $0.provides = workflows.values.map { workflow in
                    .with {
                        $0.name = workflow.name
                        $0.type = .workflow
                        $0.metadata.tier = Aether_V1_Tier(workflow.tier)
                    }
                }
                $0.protocol = Self.protocolVersion
                $0.instanceID = instanceID
                $0.heldTaskIds = held
            })
        let lost = Set(held).subtracting(response.keptTaskIds)
        for run in state.value.withLock({ $0.runs.values.filter { lost.contains($0.taskID) } }) { remove(run) }
        if response.maximumValueBytes > 0 {
            reporter.accept(maximumValueBytes: Int(clamping: response.maximumValueBytes))
        }
    }

    private func takeTasks() async throws {
        let request = Aether_V1_PollRequest.with {
            $0.workerID = workerID
            $0.maxTasks = Int32(clamping: max(1, configuration.maximumConcurrentRuns))
        }
        try await connection.worker.pollTasks(request) { response in
            self.setRegistration(.success(()))
            for try await task in response.messages { self.take(task) }
        }
        throw RPCError(code: .unavailable, message: "the server ended the stream of tasks")
    }

    private func take(_ task: Aether_V1_Task) {
        let entries: [JournalEntry]
        do throws(JournalCodingError) {
            entries = try task.journal.map { (wire) throws(JournalCodingError) in try JournalEntry(wire) }
        } catch {
            return logger.error(
                "a task can't be read; is the server newer than this worker?",
                metadata: ["task": "\(task.taskID)", "error": "\(error)"])
        }
        switch task.kind {
        case .assign:
            arrive(task, entries)
        case .push:
            guard let run = run(of: task) else { return }
            entries.forEach(run.deliver)
            run.executor.wake()
        case .revoke:
            if let run = run(of: task) { remove(run) }
        case .UNRECOGNIZED:
            logger.warning("a task of unknown kind was passed over", metadata: ["task": "\(task.taskID)"])
        }
    }

    private func run(of task: Aether_V1_Task) -> Run? {
        let run = state.value.withLock { $0.runs[WorkflowID(rawValue: task.workflowID)] }
        return run?.taskID == task.taskID ? run : nil
    }

    private func arrive(_ task: Aether_V1_Task, _ entries: [JournalEntry]) {
        let complete = state.value.withLock { state -> ArrivingTask? in
            var arriving = state.arriving.removeValue(forKey: task.taskID) ?? ArrivingTask(first: task, journal: [])
            arriving.journal += entries
            guard task.journalContinues else { return arriving }
            state.arriving[task.taskID] = arriving
            return nil
        }
        guard let complete, let id = TaskID(task.taskID) else { return }
        let run = Run(
            task: id,
            type: complete.first.workflowType,
            input: Array(complete.first.input),
            journal: complete.journal,
            reporter: reporter,
            logger: logger
        )
        let former = state.value.withLock { $0.runs.updateValue(run, forKey: id.workflow) }
        former?.drop()
        arrivals.continuation.yield(run)
    }

    private func remove(_ run: Run) {
        run.drop()
        state.value.withLock { state in
            if state.runs[run.task.workflow] === run { state.runs[run.task.workflow] = nil }
        }
    }

    // MARK: Runs

    private func executeArrivals() async {
        await withDiscardingTaskGroup { group in
            for await run in arrivals.stream {
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
        await reporter.longSteps.run {
            state.value.withLock { Array($0.runs.values) }
        } report: { run in
            reporter.report(run)
        }
    }

    // MARK: The end

    /// Lets steps under way end, and gives the runs back: the server can assign them at once.
    private func giveBack() async {
        let runs = state.value.withLock { Array($0.runs.values) }
        for run in runs { run.drain() }
        let deadline = ContinuousClock.now + configuration.shutdownGrace
        for run in runs {
            await run.untilQuiet(before: deadline)
        }
        let request = Aether_V1_AdvanceRequest.with {
            $0.workerID = workerID
            $0.runs = runs.filter { !$0.hasEnded }.map { run in
                .with {
                    $0.taskID = run.taskID
                    $0.firstRecord = 1
                    $0.giveBack = true
                }
            }
        }
        for run in runs { remove(run) }
        if !request.runs.isEmpty {
            // Should it not get through, the server gives the runs to others after the grace period.
            _ = try? await connection.worker.advance(request, options: .giveBack)
        }
    }
}

extension CallOptions {
    fileprivate static var giveBack: CallOptions {
        var options = CallOptions.defaults
        options.timeout = .seconds(2)
        return options
    }
}
