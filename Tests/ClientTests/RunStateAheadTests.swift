import AetherRuntime
import Testing

@testable import Aether

/// Runs that go on with what their steps return before the server has it.
@Suite("A run ahead of its journal", .timeLimit(.minutes(5)))
struct RunStateAheadTests {
    @Test("goes on at once with what its steps return, for as many as it may; then waits for the acknowledgement")
    func limit() async throws {
        var live = try await LiveRun(stepsAhead: 2, operations: [.step("a"), .step("b"), .step("c")])
        for name in ["a", "b", "c"] { live.finish(name) }
        #expect(live.resolved.map(\.key.name) == ["a", "b"])
        live.report()
        live.takeAnswer()
        #expect(live.resolved.map(\.key.name) == ["a", "b", "c"])
        let early = live.journal.map(\.early)
        #expect(early.map { $0?.behind } == [nil, nil, 2, 2, nil])
        #expect(live.replayed() == live.resolved)
    }

    @Test("does not go ahead at a tier that is to survive the server")
    func tiers() {
        #expect(PersistenceTier.allCases.filter { $0.stepsAhead > 0 } == [.memory])
    }

    @Test("a cancel that the server had first, and the run saw later, comes later on a replay too")
    func cancelInBetween() async throws {
        var live = try await LiveRun(stepsAhead: 8, operations: [.step("a"), .step("b"), .step("c")])
        live.finish("a")
        live.cancel()
        live.report()
        live.finish("b")
        live.takePush()
        live.takeAnswer()
        #expect(live.resolved.map(\.key.name) == ["a", "b", "c"])
        #expect(live.resolved.map(\.isCancelled) == [false, false, true])
        live.report()
        live.takeAnswer()
        let kinds = live.journal.dropFirst(2).map(\.event.kind)
        #expect(kinds == [.cancelRequested, .stepCompleted, .stepCompleted])
        #expect(live.replayed() == live.resolved)
    }

    @Test("passes over what it has gone on with, when the answer was lost and it is told again")
    func toldAgain() async throws {
        var live = try await LiveRun(stepsAhead: 8, operations: [.step("a"), .step("b")])
        live.finish("a")
        live.report()
        live.finish("b")
        live.reconnect()
        live.takePush()
        live.report()
        live.takeAnswer()
        #expect(live.journal.map(\.event.kind).suffix(2) == [.stepCompleted, .stepCompleted])
        #expect(live.replayed() == live.resolved)
    }

    @Test("has a time that a replay has too, whatever the clock of the worker shows")
    func time() async throws {
        var live = try await LiveRun(stepsAhead: 8, operations: [.step("a"), .step("b")], clockAhead: 3_600_000)
        live.now += 50
        live.finish("a")
        live.now += 50
        live.finish("b")
        #expect(live.resolved.map(\.time.rawValue) == [1_050, 1_100])
        live.now += 900
        live.report()
        live.takeAnswer()
        #expect(live.journal.suffix(2).map(\.time.rawValue) == [2_000, 2_000])
        #expect(live.replayed() == live.resolved)
    }

    @Test("replays in the order and with the times that it went on with, whatever came between", arguments: 0..<8)
    func random(_ part: Int) async throws {
        for seed in UInt64(part * 100)..<UInt64(part * 100 + 100) {
            var random = SplitMix64(seed: seed)
            let operations = (0..<Int.random(in: 1...12, using: &random)).map { number in
                Bool.random(using: &random) ? LiveRun.Call.step("s\(number)") : .signal("m\(number)")
            }
            var live = try await LiveRun(
                stepsAhead: [1, 3, 64].randomElement(using: &random) ?? 1, operations: operations,
                clockAhead: Int64.random(in: -5_000...5_000, using: &random))
            for _ in 0..<80 { live.act(&random) }
            live.settle()
            #expect(live.resolved.count == operations.count, "seed \(seed)")
            #expect(live.replayed() == live.resolved, "seed \(seed)")
        }
    }
}
