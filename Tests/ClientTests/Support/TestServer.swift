import AetherRuntime
import Logging
import Synchronization

@testable import Aether

/// A server of one run, without a network: the real decisions, and a journal in memory.
final class TestServer: RunReporting {
    private struct State {
        var execution: WorkflowExecution
        var journal: [JournalEntry]
        var time: Int64
    }

    private let state: Mutex<State>
    private let current = Mutex<Run?>(nil)
    private static let worker = WorkerIdentity(id: "w", isPlain: false)

    /// A run that nobody has had yet.
    init(input: [UInt8] = Array("null".utf8)) {
        let start = WorkflowStart(type: "test", input: input, tier: .stateActionLog, seed: 42)
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: "run-1"), start: start, at: Timestamp(millisecondsSinceEpoch: 1000))
        state = Mutex(State(execution: execution, journal: decision.entries, time: 1000))
    }

    /// The same run after a crash of everything: only the journal's first entries were durable.
    init(crashing server: TestServer, after count: Int) throws {
        let journal = Array(server.journal.prefix(count))
        let execution = try WorkflowExecution.replay(id: WorkflowID(rawValue: "run-1"), journal)
        state = Mutex(
            State(execution: execution, journal: journal, time: (journal.last?.time.rawValue ?? 0) + 1_000_000))
    }

    var journal: [JournalEntry] { state.withLock { $0.journal } }
    var outcome: WorkflowOutcome? { state.withLock { $0.execution.outcome } }
    /// The keys of the recorded operations, in the order of their outcomes.
    var outcomes: [String] { journal.compactMap { $0.event.outcomeKey?.rawValue } }

    /// Gives the run to a worker of this process, and waits until its function has ended.
    @discardableResult
    func run<Output>(_ workflow: Workflow<NoValue, Output>, clock: WorkerClock = .system) async -> WorkflowOutcome? {
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
            journal: journal, reporter: self, logger: logger, clock: clock)
        current.withLock { $0 = run }
        return run
    }

    /// Asks the run to end.
    func cancel() {
        push { try $0.handle(.cancel, at: $1) }
    }

    private func push(_ event: (inout WorkflowExecution, Timestamp) throws -> Decision) {
        let decision = decide(event)
        guard let run = current.withLock({ $0 }) else { return }
        if run.deliver(decision.entries) == .findPlace { _ = run.occupy() }
        run.executor.wake()
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
        let isWoken = state.withLock { state in
            var isWoken = false
            while let report = run.takeReport() {
                state.time += 10
                let now = Timestamp(millisecondsSinceEpoch: state.time)
                guard
                    let decision = try? state.execution.handle(
                        .advance(epoch: run.task.epoch, firstRecord: report.firstRecord, records: report.records),
                        at: now)
                else {
                    run.reportFailed()
                    break
                }
                state.journal += decision.entries
                _ = run.acknowledge(decision.acknowledged.map { JournalPlace(sequence: $0.sequence, time: $0.time) })
                isWoken = true
            }
            return isWoken
        }
        if isWoken { run.executor.wake() }
    }

    func stepsBegan() {}
    func rested(_ run: Run) {}
    func check(_ value: [UInt8], of what: String) throws -> [UInt8] { value }
}
