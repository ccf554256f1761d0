import AetherRuntime
import Synchronization
import Testing

@testable import Aether

/// The decisions behind a run in a worker's memory.
@Suite("A run in memory", .timeLimit(.minutes(5)))
struct RunStateTests {
    /// Counts from 1.
    private final class Numbers: Sendable {
        private let last = Atomic(0)

        func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    private let numbers = Numbers()

    private static let first: [JournalEvent] = [
        .started(WorkflowStart(type: "t", input: [], tier: .stateActionLog, seed: 1)),
        .assigned(worker: WorkerIdentity(id: "w", isPlain: false), epoch: 1),
    ]

    private func state(_ events: [JournalEvent]) -> RunState {
        let journal = zip(UInt64(1)..., Self.first + events).map { entry($0, $1) }
        var state = RunState(journal: journal, at: Timestamp(millisecondsSinceEpoch: 0))
        _ = state.occupy()
        return state
    }

    private func entry(_ sequence: UInt64, _ event: JournalEvent) -> JournalEntry {
        JournalEntry(sequence: sequence, time: Timestamp(millisecondsSinceEpoch: Int64(sequence)), event: event)
    }

    private func key(_ name: String, _ occurrence: Int = 1) -> OperationKey {
        OperationKey(scope: "", kind: "step", name: name, occurrence: occurrence)
    }

    private func completed(_ name: String) -> JournalEvent { .stepCompleted(key: key(name), result: Array(name.utf8)) }

    /// Calls an operation, and answers its continuation at once: what the state then does with it is what is tested.
    ///
    /// - Returns: the attempt that began, if one did.
    @discardableResult
    private func call(_ name: String, _ state: inout RunState) async -> RunState.Attempt? {
        var copy = state
        var begun: RunState.Attempt?
        _ = await withUnsafeContinuation { continuation in
            let waiter = Operation.Waiter(number: numbers.next(), isForStart: false, continuation: continuation)
            let operation = copy.call(key(name), .step(StepWork(closure: { [] })))
            if let attempt = copy.nextAttempt(operation, at: Timestamp(millisecondsSinceEpoch: 0)) {
                copy.begin(attempt, Task {}, at: .now)
                begun = attempt
            }
            _ = copy.wait(for: operation, waiter)
            continuation.resume(returning: .cancelled)
        }
        state = copy
        return begun
    }

    /// How many callers go on next; `nil` when the run is blocked.
    private func next(_ state: inout RunState) -> [Int]? {
        switch state.resolveNext(at: Timestamp(millisecondsSinceEpoch: 0)) {
        case .nothing: []
        case .resume(let released): released.map(\.waiter.number)
        case .blocked, .missing: nil
        }
    }

    private func expect(
        _ numbers: [Int]?, _ state: inout RunState, location: SourceLocation = #_sourceLocation
    ) {
        let resolved = next(&state)
        #expect(resolved == numbers, sourceLocation: location)
    }

    @Test("resolves one operation at a time, in the journal's order, whatever the order of the calls")
    func journalOrder() async {
        var state = state([completed("b"), completed("a"), completed("c")])
        for name in ["a", "b", "c"] { await call(name, &state) }
        #expect(state.isReplaying)
        expect([2], &state)
        #expect(state.now == Timestamp(millisecondsSinceEpoch: 3))
        expect([1], &state)
        #expect(state.isReplaying)
        expect([3], &state)
        #expect(!state.isReplaying)
        expect([], &state)
    }

    @Test("begins no closure before the replay is over; then those without an outcome, in the order of their calls")
    func parked() async {
        var state = state([completed("b")])
        for name in ["z", "b", "a"] { await call(name, &state) }
        var parked = state.takeParked().map(\.key)
        #expect(parked.isEmpty)
        expect([2], &state)
        expect([], &state)
        parked = state.takeParked().map(\.key)
        #expect(parked == [key("z"), key("a")])
        parked = state.takeParked().map(\.key)
        #expect(parked.isEmpty)
    }

    @Test("is blocked where the journal has an outcome of what the code, at rest, has not called, and stays so")
    func blocked() async {
        var state = state([completed("old"), completed("later")])
        await call("new", &state)
        await call("later", &state)
        expect(nil, &state)
        #expect(state.unrecorded.contains(key("new")))
        expect([], &state)
    }

    @Test("a cancel resolves all that wait then, in the order of their calls; their later outcomes are passed over")
    func cancel() async {
        var state = state([.cancelRequested, completed("b"), completed("clean-up")])
        for name in ["c", "a", "b"] { await call(name, &state) }
        expect([1, 2, 3], &state)
        #expect(state.isCancelRequested)
        await call("clean-up", &state)
        expect([4], &state)
        #expect(!state.isReplaying)
    }

    @Test("what was pushed waits for what comes before it in the journal")
    func gap() async throws {
        var state = state([])
        expect([], &state)
        let attempt = try #require(await call("a", &state))
        state.arrive(entry(4, .cancelRequested))
        expect([], &state)
        let task = state.finish(attempt, .stepCompleted(key: key("a"), result: [1]))
        #expect(task != nil)
        let hasClosed = state.acknowledge([RecordPlace(sequence: 3, time: Timestamp(millisecondsSinceEpoch: 7))])
        #expect(!hasClosed)
        expect([1], &state)
        #expect(state.now == Timestamp(millisecondsSinceEpoch: 7))
        #expect(state.firstRecord == 2)
    }

    @Test("keys count the calls of a name, and a result nobody wants any more is not reported")
    func keys() async throws {
        var state = state([])
        let keys = ["a/b", "a/b", "c"].map { state.nextKey(scope: "", kind: "step", name: $0) }
        #expect(keys == [key("a/b"), key("a/b", 2), key("c")])
        let attempt = try #require(await call("a", &state))
        let released = state.cancelWait(key("a"), 1)
        #expect(released?.waiter.number == 1)
        let task = state.finish(attempt, .stepCompleted(key: key("a"), result: []))
        #expect(task == nil)
        #expect(state.records.isEmpty)
    }
}
