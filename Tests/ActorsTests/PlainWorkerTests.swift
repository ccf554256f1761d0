import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A plain worker's answer", .timeLimit(.minutes(5)))
struct PlainWorkerTests {
    @Test("ends the run; the same again succeeds, another is refused")
    func complete() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", isPlain: true)
            try await rig.start("a")
            let task = try await worker.task().taskID.description
            #expect(try await rig.engine.heartbeat(task: task, details: nil).isHeld)
            try await rig.engine.complete(task: task, .completed([0x31]))
            try await rig.engine.complete(task: task, .completed([0x31]))
            await expect(.failedPrecondition) { try await rig.engine.complete(task: task, .completed([0x32])) }
            await expect(.failedPrecondition) { try await rig.engine.complete(task: task, .completed([])) }
            #expect(try await rig.engine.heartbeat(task: task, details: nil) == (false, false))
            #expect(try await rig.status("a").outcome == .completed([0x31]))
        }
    }

    @Test("that fails ends the run with the failure")
    func fail() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", isPlain: true)
            try await rig.start("a")
            let task = try await worker.task().taskID.description
            let failure = Failure(message: "no money", isNonRetryable: true)
            try await rig.engine.complete(task: task, .failed(failure))
            #expect(try await rig.status("a").outcome == .failed(failure))
        }
    }

    @Test("to a task there never was, or of an earlier lease, is refused")
    func unknown() async throws {
        try await EngineRig.run { rig in
            for task in ["", "junk", "w:1:none"] {
                await expect(.notFound) { try await rig.engine.complete(task: task, .completed([])) }
                await expect(.notFound) { _ = try await rig.engine.heartbeat(task: task, details: nil) }
            }
            let worker = try await rig.worker("w", isPlain: true)
            try await rig.start("a")
            let task = try await worker.task().taskID.description
            await worker.disconnect()
            _ = try await worker.register()
            try await worker.poll()
            let again = try await worker.task().taskID.description
            await expect(.failedPrecondition) { try await rig.engine.complete(task: task, .completed([])) }
            #expect(try await rig.engine.heartbeat(task: task, details: nil).isHeld == false)
            try await rig.engine.complete(task: again, .completed([]))
            await expect(.failedPrecondition) { try await rig.engine.complete(task: task, .completed([])) }
        }
    }

    @Test("may be too large")
    func tooLarge() async throws {
        var configuration = EngineConfiguration()
        configuration.maximumValueBytes = 10
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w", isPlain: true)
            try await rig.start("a")
            let task = try await worker.task().taskID.description
            await expect(.invalidArgument) {
                try await rig.engine.complete(task: task, .completed(Array(repeating: 0, count: 11)))
            }
            try await rig.engine.complete(task: task, .completed(Array(repeating: 0, count: 10)))
        }
    }

    @Test("is not asked for a run with recorded steps")
    func noReplay() async throws {
        let memory = MemoryStore()
        _ = try await Fixture.leasedRun("a", to: "gone", records: ["x"], in: memory)
        try await EngineRig.run(over: memory) { rig in
            let plain = try await rig.worker("plain", isPlain: true)
            try await eventually { rig.engine.hasRecovered }
            await rig.clock.advance(by: .seconds(5), sleepers: 2)
            try await eventually { try await rig.status("a").reason.contains("only workers without a journal offer") }
            try await rig.start("b")
            #expect(try await plain.task().taskID.workflow.rawValue == "b")
            let able = try await rig.worker("able")
            #expect(try await able.task().taskID.epoch == 2)
        }
    }
}
