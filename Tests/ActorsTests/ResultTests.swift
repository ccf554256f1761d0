import AetherActors
import AetherRuntime
import Testing

@Suite("Waiting for a result", .timeLimit(.minutes(5)))
struct ResultTests {
    private let id = WorkflowID(rawValue: "a")

    @Test("gives it to all who wait, and to those who come later")
    func waiters() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await withThrowingTaskGroup(of: WorkflowOutcome?.self) { group in
                for _ in 0..<2 {
                    group.addTask { try await rig.engine.awaitResult(id, timeout: nil).outcome }
                }
                group.addTask {
                    try await rig.engine.awaitResult(id, timeout: .seconds(10)).outcome
                }
                await settle()
                try await worker.close(task)
                for try await outcome in group { #expect(outcome == .completed([0x31])) }
            }
            #expect(try await rig.engine.awaitResult(id, timeout: nil).outcome == .completed([0x31]))
        }
    }

    @Test("gives the state when the time is over")
    func timeout() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            async let waiting = rig.engine.awaitResult(id, timeout: .seconds(2))
            await rig.clock.advance(by: .seconds(2))
            let answer = try await waiting
            #expect(answer.outcome == nil)
            #expect(answer.state == .pending)
        }
    }

    @Test("ends with the caller, and leaves the others alone")
    func cancelled() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            let given = Task { try await rig.engine.awaitResult(id, timeout: nil) }
            let kept = Task { try await rig.engine.awaitResult(id, timeout: nil) }
            await settle()
            given.cancel()
            #expect(try await given.value.outcome == nil)
            try await rig.engine.cancel(id)
            #expect(try await kept.value.outcome == .cancelled)
        }
    }

    @Test("ends when the engine stops; of an unknown run there is none")
    func stopped() async throws {
        try await EngineRig.run { rig in
            await expect(.notFound) {
                _ = try await rig.engine.awaitResult(WorkflowID(rawValue: "none"), timeout: nil)
            }
            try await rig.start("a")
            async let waiting: Void = expect(.unavailable) {
                _ = try await rig.engine.awaitResult(id, timeout: nil)
            }
            await settle()
            await rig.engine.beginStop()
            await waiting
            await expect(.unavailable) { _ = try await rig.engine.awaitResult(id, timeout: nil) }
        }
    }

    @Test("is not needed by a stopped engine's workers: their streams end, their leases stay")
    func stopKeepsLeases() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            _ = try await worker.task()
            await rig.engine.beginStop()
            let feed = try #require(worker.feed)
            #expect(feed.end == .stopping)
            await rig.engine.endPoll(worker: "w", feed)
            await rig.clock.advance(by: .seconds(60), sleepers: 2)
            await settle()
            #expect(try await rig.kinds("a") == [.started, .assigned])
            await expect(.unavailable) { try await rig.start("b") }
            await expect(.unavailable) { _ = try await rig.worker("other") }
        }
    }
}
