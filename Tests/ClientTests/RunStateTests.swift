import AetherRuntime
import Testing

@testable import Aether

/// The decisions behind a run in a worker's memory.
@Suite("A run in memory", .timeLimit(.minutes(1)))
struct RunStateTests {
    private static let first: [JournalEvent] = [
        .started(WorkflowStart(type: "t", input: [], tier: .stateActionLog, seed: 1)),
        .assigned(worker: WorkerIdentity(id: "w", isPlain: false), epoch: 1),
    ]

    private func state(_ events: [JournalEvent]) -> RunState {
        let all = Self.first + events
        return RunState(
            arrived: Dictionary(uniqueKeysWithValues: zip(UInt64(1)..., all).map { ($0, $1) }),
            replayEnd: UInt64(all.count))
    }

    private func key(_ name: String, _ occurrence: Int = 1) -> OperationKey {
        OperationKey(scope: "", kind: "step", name: name, occurrence: occurrence)
    }

    private func completed(_ name: String) -> JournalEvent { .stepCompleted(key: key(name), result: Array(name.utf8)) }

    /// Calls an operation, and answers its continuation at once: what the state then does with it is what is tested.
    private func call(_ name: String, _ state: inout RunState) async {
        var copy = state
        _ = await withCheckedContinuation { continuation in
            copy.call(key(name), { [] }, continuation)
            continuation.resume(returning: .cancelled)
        }
        state = copy
    }

    /// The names of the operations that are resolved next, in their order; `nil` when the run is blocked.
    private func next(_ state: inout RunState) -> [String]? {
        switch state.resolveNext() {
        case .nothing: []
        case .resume(let resolved): resolved.map(\.0.key.name)
        case .blocked: nil
        }
    }

    private func expect(
        _ names: [String]?, _ state: inout RunState, location: SourceLocation = #_sourceLocation
    ) {
        let resolved = next(&state)
        #expect(resolved == names, sourceLocation: location)
    }

    @Test("resolves one operation at a time, in the journal's order, whatever the order of the calls")
    func journalOrder() async {
        var state = state([completed("b"), completed("a"), completed("c")])
        for name in ["a", "b", "c"] { await call(name, &state) }
        #expect(state.isReplaying)
        expect(["b"], &state)
        expect(["a"], &state)
        #expect(state.isReplaying)
        expect(["c"], &state)
        #expect(!state.isReplaying)
        expect([], &state)
    }

    @Test("begins no closure before the replay is over; then those without an outcome, in the order of their calls")
    func parked() async {
        var state = state([completed("b")])
        for name in ["z", "b", "a"] { await call(name, &state) }
        var parked = state.takeParked()
        #expect(parked.isEmpty)
        expect(["b"], &state)
        expect([], &state)
        parked = state.takeParked()
        #expect(parked == [key("z"), key("a")])
        parked = state.takeParked()
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
        expect(["c", "a", "b"], &state)
        #expect(state.isCancelRequested)
        await call("clean-up", &state)
        expect(["clean-up"], &state)
        #expect(!state.isReplaying)
    }

    @Test("what was pushed waits for what comes before it in the journal")
    func gap() async {
        var state = state([])
        expect([], &state)
        await call("a", &state)
        state.arrive(4, .cancelRequested)
        expect([], &state)
        let isWanted = state.finish(key("a"), .stepCompleted(key: key("a"), result: [1]))
        #expect(isWanted)
        let hasClosed = state.acknowledge([3])
        #expect(!hasClosed)
        expect(["a"], &state)
        #expect(state.firstRecord == 2)
    }

    @Test("keys count the calls of a name, and a result nobody wants any more is not reported")
    func keys() async {
        var state = state([])
        let keys = ["a/b", "a/b", "c"].map { state.nextKey(scope: "", kind: "step", name: $0) }
        #expect(keys == [key("a/b"), key("a/b", 2), key("c")])
        await call("a", &state)
        let abandoned = state.abandon(key("a"))
        #expect(abandoned?.key == key("a"))
        let isWanted = state.finish(key("a"), .stepCompleted(key: key("a"), result: []))
        #expect(!isWanted)
        #expect(state.records.isEmpty)
    }
}
