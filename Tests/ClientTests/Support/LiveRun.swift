import AetherRuntime

@testable import Aether

/// A run, whose calls are all made at its beginning, and the server's side of it, with whatever is under way between them.
struct LiveRun {
    enum Call {
        case step(String)
        case signal(String)

        var key: OperationKey {
            switch self {
            case .step(let name): OperationKey(scope: "", kind: "step", name: name, occurrence: 1)
            case .signal(let name): OperationKey(scope: "", kind: "signal", name: name, occurrence: 1)
            }
        }

        var work: Operation.Work {
            switch self {
            case .step: .step(StepWork(closure: { [] }))
            case .signal(let name):
                .remote(RemoteWork(start: .awaitSignal(key: key, name: name, timeoutMilliseconds: nil)))
            }
        }
    }

    /// What the code saw of an operation's end.
    struct Resolved: Equatable {
        var key: OperationKey
        var isCancelled: Bool
        var time: Timestamp
    }

    private(set) var resolved: [Resolved] = []
    private(set) var journal: [JournalEntry]
    /// The server's time.
    var now: Int64 = 1_000

    private let operations: [Call]
    private let nobody: UnsafeContinuation<Operation.Resolution, Never>
    private let clockAhead: Int64
    private var state: RunState
    private var attempts: [String: RunState.Attempt] = [:]
    private var execution: WorkflowExecution
    private var pushes: [JournalEntry] = []
    private var answers: [[RecordPlace]] = []
    private var isCancelled = false
    private var sent: Set<String> = []

    init(stepsAhead: Int, operations: [Call], clockAhead: Int64 = 0) async throws {
        nobody = await Self.answered()
        let start = WorkflowStart(type: "t", input: [], tier: .memory, seed: 1)
        let time = Timestamp(millisecondsSinceEpoch: now)
        let created = WorkflowExecution.create(id: WorkflowID(rawValue: "run"), start: start, at: time)
        execution = created.execution
        let assigned = try execution.handle(.assign(WorkerIdentity(id: "w", isPlain: false)), at: time)
        journal = created.decision.entries + assigned.entries
        self.operations = operations
        self.clockAhead = clockAhead
        state = RunState(journal: journal, stepsAhead: stepsAhead, at: time.advanced(by: clockAhead))
        _ = state.occupy()
        var called: [Operation] = []
        for (number, call) in operations.enumerated() { called.append(make(call, number, &state)) }
        resolve()
        for operation in called + state.takeParked() {
            guard let attempt = state.nextAttempt(operation, at: time) else { continue }
            state.begin(attempt, Task {}, at: .now)
            attempts[operation.key.name] = attempt
        }
    }

    /// A continuation for waiters that nobody resumes: what is resolved, and when, is what counts.
    private static func answered() async -> UnsafeContinuation<Operation.Resolution, Never> {
        await withCheckedContinuation {
            (outer: CheckedContinuation<UnsafeContinuation<Operation.Resolution, Never>, Never>) in
            Task {
                _ = await withUnsafeContinuation { (inner: UnsafeContinuation<Operation.Resolution, Never>) in
                    inner.resume(returning: .cancelled)
                    outer.resume(returning: inner)
                }
            }
        }
    }

    private func make(_ call: Call, _ number: Int, _ state: inout RunState) -> Operation {
        let operation = state.call(call.key, call.work)
        _ = state.wait(for: operation, Operation.Waiter(number: number, isForStart: false, continuation: nobody))
        return operation
    }

    // MARK: What happens

    mutating func act(_ random: inout SplitMix64) {
        now += Int64.random(in: 0...20, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<4: if let name = attempts.keys.sorted().randomElement(using: &random) { finish(name) }
        case 4..<6: report()
        case 6..<8: takeAnswer()
        case 8..<10: takePush()
        case 10: sendSignal(&random)
        case 11 where Bool.random(using: &random): reconnect()
        default: if Int.random(in: 0..<20, using: &random) == 0 { cancel() }
        }
    }

    /// Everything ends, and everything arrives.
    mutating func settle() {
        for name in attempts.keys.sorted() { finish(name) }
        for case .signal(let name) in operations { send(name) }
        for _ in 0..<100 {
            report()
            takeAnswer()
            takePush()
        }
    }

    mutating func finish(_ name: String) {
        guard let attempt = attempts.removeValue(forKey: name) else { return }
        _ = state.finish(attempt, .stepCompleted(key: attempt.key, result: Array(name.utf8)))
        resolve()
    }

    mutating func report() {
        guard let report = state.takeReport(of: "task") else { return }
        let event = WorkflowEvent.advance(epoch: 1, firstRecord: report.firstRecord, records: report.records)
        if let decision = decide(event) { answers.append(decision.acknowledged) }
    }

    mutating func takeAnswer() {
        guard !answers.isEmpty else { return }
        _ = state.acknowledge(answers.removeFirst())
        resolve()
    }

    mutating func takePush() {
        guard !pushes.isEmpty else { return }
        state.arrive(pushes.removeFirst())
        resolve()
    }

    /// The connection breaks: what is under way is lost, and the worker is told again what its run has not seen.
    mutating func reconnect() {
        state.isReporting = false
        answers = []
        let place = state.takePlace()
        pushes = journal.filter { $0.sequence > place.sequence }
    }

    mutating func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        _ = decide(.cancel)
    }

    private mutating func sendSignal(_ random: inout SplitMix64) {
        if case .signal(let name)? = operations.randomElement(using: &random) { send(name) }
    }

    private mutating func send(_ name: String) {
        guard sent.insert(name).inserted else { return }
        _ = decide(.signal(Signal(id: name, name: name, payload: Array(name.utf8))))
    }

    private mutating func decide(_ event: WorkflowEvent) -> Decision? {
        guard let decision = try? execution.handle(event, at: Timestamp(millisecondsSinceEpoch: now)) else {
            return nil
        }
        journal += decision.entries
        pushes += decision.pushes
        return decision
    }

    private mutating func resolve() {
        let clock = Timestamp(millisecondsSinceEpoch: now + clockAhead)
        resolved += resolve(&state, at: clock)
    }

    private func resolve(_ state: inout RunState, at clock: Timestamp) -> [Resolved] {
        var resolved: [Resolved] = []
        while case .resume(let released) = state.resolveNext(at: clock) {
            resolved += released.map { released in
                Resolved(
                    key: operations[released.waiter.number].key, isCancelled: released.resolution == .cancelled,
                    time: state.now)
            }
        }
        return resolved
    }

    // MARK: Replay

    /// What the code sees in a worker that has nothing but the journal.
    func replayed() -> [Resolved] {
        var state = RunState(journal: journal, at: Timestamp(millisecondsSinceEpoch: 0))
        _ = state.occupy()
        let clock = Timestamp(millisecondsSinceEpoch: 0)
        for (number, call) in operations.enumerated() { _ = make(call, number, &state) }
        return resolve(&state, at: clock)
    }
}
