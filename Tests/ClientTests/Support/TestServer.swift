import AetherRuntime
import Logging
import Synchronization

@testable import Aether

/// A server of one run, without a network: the real decisions, and a journal in memory.
final class TestServer: RunReporting {
    /// What becomes of an operation of the server's, when the run only waits.
    enum Answer {
        case nothing
        /// A timer fires, or the time to wait for a signal is over.
        case due
        case close(WorkflowOutcome)
        case complete([UInt8])
        case fail(Failure)
        case signal([UInt8])
    }

    typealias World = @Sendable (OperationKey, PendingOperation.Kind) -> Answer

    private struct State {
        var execution: WorkflowExecution
        var journal: [JournalEntry] {
            didSet { if journal.count > oldValue.count { commits.append(journal.count) } }
        }
        var time: Int64
        var commits: [Int] = [1]
        var waitingPlaces: [UInt64] = []
        var restCount = 0
        var watchers: [Watcher] = []
    }

    private struct Watcher {
        var condition: @Sendable (TestServer) -> Bool
        var gate: Gate
    }

    private let state: Mutex<State>
    private let current = Mutex<Run?>(nil)
    private let world: World
    private static let worker = WorkerIdentity(id: "w", isPlain: false)

    /// Timers fire, and nothing else happens.
    static let timersOnly: World = { _, kind in
        if case .timer = kind { .due } else { .nothing }
    }

    /// A run that nobody has had yet.
    init(input: [UInt8] = Array("null".utf8), world: @escaping World = TestServer.timersOnly) {
        let start = WorkflowStart(type: "test", input: input, tier: .stateActionLog, seed: 42)
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: "run-1"), start: start, at: Timestamp(millisecondsSinceEpoch: 1000))
        state = Mutex(State(execution: execution, journal: decision.entries, time: 1000))
        self.world = world
    }

    /// The same run after a crash of everything: only the journal's first entries were durable. How many that can be,
    /// ``commits`` says.
    init(crashing server: TestServer, after count: Int) throws {
        let journal = Array(server.journal.prefix(count))
        let execution = try WorkflowExecution.replay(id: WorkflowID(rawValue: "run-1"), journal)
        state = Mutex(
            State(execution: execution, journal: journal, time: (journal.last?.time.rawValue ?? 0) + 1_000_000))
        world = server.world
    }

    /// A run of which this much was recorded by another server.
    init(recorded journal: some Collection<JournalEntry>, world: @escaping World = TestServer.timersOnly) throws {
        let execution = try WorkflowExecution.replay(id: WorkflowID(rawValue: "run-1"), journal)
        state = Mutex(
            State(
                execution: execution, journal: Array(journal),
                time: (Array(journal).last?.time.rawValue ?? 0) + 1_000_000))
        self.world = world
    }

    /// How long the journal was at each time at which it was durable, but for the last.
    var commits: [Int] { state.withLock { $0.commits.dropLast() } }
    var journal: [JournalEntry] { state.withLock { $0.journal } }
    var outcome: WorkflowOutcome? { state.withLock { $0.execution.outcome } }
    /// The keys of the recorded operations, in the order of their outcomes.
    var outcomes: [String] { journal.compactMap { $0.event.outcomeKey?.rawValue } }
    /// What of the run is told: not who had it.
    var story: [JournalEvent] {
        journal.map(\.event).filter { event in
            switch event {
            case .assigned, .released, .blocked: false
            default: true
            }
        }
    }
    /// Where in the journal the run was said to wait only.
    var waitingPlaces: [UInt64] { state.withLock { $0.waitingPlaces } }
    var restCount: Int { state.withLock { $0.restCount } }
    var run: Run? { current.withLock { $0 } }
    var blockage: Blockage? { state.withLock { $0.execution.blockage } }
    func value(_ name: String) -> [UInt8]? { state.withLock { $0.execution.values[name] } }

    /// Waits until something is so.
    func until(_ condition: @escaping @Sendable (TestServer) -> Bool) async {
        let watcher = Watcher(condition: condition, gate: Gate())
        state.withLock { $0.watchers.append(watcher) }
        changed()
        await watcher.gate.wait()
    }

    private func changed() {
        for watcher in state.withLock({ $0.watchers }) where watcher.condition(self) { watcher.gate.open() }
    }

    /// Gives the run to a worker of this process, and waits until its function has ended.
    @discardableResult
    func run<Input, Output>(_ workflow: Workflow<Input, Output>, clock: WorkerClock = .system) async -> WorkflowOutcome?
    {
        let run = assign(clock: clock)
        _ = run.occupy()
        await Task(executorPreference: run.executor) { await run.execute(workflow) }.value
        return outcome
    }

    private func assign(clock: WorkerClock) -> Run {
        decide { execution, now in
            if let lease = execution.lease {
                return try execution.handle(.loseLease(epoch: lease.epoch, .workerGone), at: now)
            }
            return Decision()
        }
        decide { try $0.handle(.assign(Self.worker), at: $1) }
        let (journal, input, epoch) = state.withLock { ($0.journal, $0.execution.start.input, $0.execution.epoch) }
        var logger = Logger(label: "test")
        logger.handler = SwiftLogNoOpLogHandler()
        let run = Run(
            task: TaskID(workflow: WorkflowID(rawValue: "run-1"), epoch: epoch), type: "test", input: input,
            journal: journal, reporter: self, logger: logger, surroundings: Surroundings(clock: clock))
        current.withLock { $0 = run }
        return run
    }

    // MARK: What happens to the run

    /// Asks the run to end.
    func cancel() { push { try $0.handle(.cancel, at: $1) } }

    func signal(_ name: String, _ payload: String, id: String) {
        push { try $0.handle(.signal(Signal(id: id, name: name, payload: Array(payload.utf8))), at: $1) }
    }

    func answer(_ key: OperationKey, _ answer: Answer) {
        switch answer {
        case .nothing:
            break
        case .due:
            state.withLock { $0.time = max($0.time, $0.execution.nextDeadline?.rawValue ?? 0) }
            push { try $0.handle(.wake, at: $1) }
        case .close(let outcome):
            push { try $0.handle(.closeChild(key, outcome), at: $1) }
        case .complete(let result):
            completeActivity(key, .completed(result))
        case .fail(let failure):
            completeActivity(key, .failed(failure))
        case .signal(let payload):
            push { try $0.handle(.signal(Signal(id: "\(key)", name: key.name, payload: payload)), at: $1) }
        }
    }

    /// A worker takes an attempt at an activity, once it may.
    func beginActivity(_ key: OperationKey) {
        state.withLock { state in
            guard case .activity(let activity) = state.execution.pending[key]?.kind,
                case .waiting(let from) = activity.phase
            else { return }
            state.time = max(state.time, from.rawValue)
        }
        push { try $0.handle(.assignActivity(key, worker: "other"), at: $1) }
    }

    private func completeActivity(_ key: OperationKey, _ result: ActivityResult) {
        beginActivity(key)
        push { execution, now in
            guard case .activity(let activity) = execution.pending[key]?.kind else { return Decision() }
            return try execution.handle(.completeActivity(key, attempt: activity.attempt, result), at: now)
        }
    }

    /// Tells the worker of entries that it may know.
    func pushAgain(_ entries: some Sequence<JournalEntry>) { deliver(Array(entries)) }

    private func push(_ event: (inout WorkflowExecution, Timestamp) throws -> Decision) {
        deliver(decide(event).pushes)
    }

    private func deliver(_ entries: [JournalEntry]) {
        guard !entries.isEmpty, let run else { return }
        if run.deliver(entries) == .findPlace { _ = run.occupy() }
        run.executor.wake()
        changed()
    }

    @discardableResult
    private func decide(_ event: (inout WorkflowExecution, Timestamp) throws -> Decision) -> Decision {
        state.withLock { state in
            state.time += 10
            do {
                let decision = try event(&state.execution, Timestamp(millisecondsSinceEpoch: state.time))
                state.journal += decision.entries
                return decision
            } catch {
                return Decision()
            }
        }
    }

    // MARK: Reports

    func report(_ run: Run) {
        var isBlocked = false
        let pushes = state.withLock { state -> [JournalEntry]? in
            var pushes: [JournalEntry]?
            while let report = run.takeReport() {
                state.time += 10
                if let place = report.waitingAt { state.waitingPlaces.append(place) }
                guard
                    let decision = try? state.execution.handle(
                        .advance(epoch: run.task.epoch, firstRecord: report.firstRecord, records: report.records),
                        at: Timestamp(millisecondsSinceEpoch: state.time))
                else {
                    run.reportFailed()
                    break
                }
                state.journal += decision.entries
                pushes = (pushes ?? []) + decision.pushes
                _ = run.acknowledge(decision.acknowledged)
                guard let blockage = report.blockage else { continue }
                isBlocked = true
                let end = try? state.execution.handle(
                    .block(epoch: run.task.epoch, blockage), at: Timestamp(millisecondsSinceEpoch: state.time))
                state.journal += end?.entries ?? []
            }
            return pushes
        }
        if isBlocked { run.drop() }
        guard let pushes else { return }
        deliver(pushes)
        run.executor.wake()
        changed()
    }

    func stepBegan(in run: Run, at instant: ContinuousClock.Instant) {}

    func rested(_ run: Run) {
        let pending = state.withLock { state in
            state.restCount += 1
            return state.execution.pending.sorted { $0.value.sequence < $1.value.sequence }
        }
        changed()
        for (key, operation) in pending {
            let answer = world(key, operation.kind)
            if case .nothing = answer { continue }
            return self.answer(key, answer)
        }
    }

    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] { value }
}

extension Decision {
    /// What the worker is told.
    var pushes: [JournalEntry] {
        effects.compactMap { if case .push(_, let entry) = $0 { entry } else { nil } }
    }
}
