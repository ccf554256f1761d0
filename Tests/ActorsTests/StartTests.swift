import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Starting a run", .timeLimit(.minutes(5)))
struct StartTests {
    @Test("twice with one id, type and input is as once")
    func idempotent() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            try await rig.start("a")
            #expect(try await rig.kinds("a") == [.started])
        }
    }

    @Test("where a worker waits, is one commit with its assignment; for many runs too")
    func assignedAtOnce() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            _ = try await worker.task()
            #expect(rig.store.commits.map { $0.flatMap(\.entries).map(\.event.kind) } == [[.started, .assigned]])
            let starts = ["b", "c"].map {
                Engine.Start(id: WorkflowID(rawValue: $0), type: "order", input: [0x31], tier: nil)
            }
            for result in await rig.engine.start(starts) { try result.get() }
            #expect(rig.store.commits.last?.flatMap(\.entries).count == 4)
        }
    }

    @Test("with the id of another type or input is refused")
    func taken() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            await expect(.alreadyExists) { try await rig.start("a", input: "2") }
            await expect(.alreadyExists) { try await rig.start("a", type: "invoice") }
        }
    }

    @Test("many times at once makes one run")
    func concurrent() async throws {
        try await EngineRig.run { rig in
            let refused = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        (try? await rig.start("a", input: number % 2 == 0 ? "1" : "2")) == nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused == 50)
            let kinds = try await rig.kinds("a")
            #expect(kinds == [.started])
        }
    }

    @Test("is answered when the run is durable, also the second time")
    func waitsForCommit() async throws {
        try await EngineRig.run { rig in
            rig.store.closeGate()
            let answered = Observed(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await rig.start("a")
                        answered.update { $0 += 1 }
                    }
                }
                await rig.store.untilAttempts(1)
                await settle()
                #expect(answered.value == 0)
                rig.store.openGate()
                try await group.waitForAll()
            }
            #expect(try await rig.kinds("a") == [.started])
        }
    }

    @Test("again after it has closed is as before; another start is refused")
    func closed() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            try await rig.start("a")
            try await rig.engine.cancel(WorkflowID(rawValue: "a"))
        }
        try await EngineRig.run(over: memory) { rig in
            try await rig.start("a")
            await expect(.alreadyExists) { try await rig.start("a", input: "2") }
            #expect(try await rig.kinds("a") == [.started, .closed])
        }
    }

    @Test("never shadows a run of that id that is not in memory yet")
    func phantom() async throws {
        let memory = MemoryStore()
        let task = try await Fixture.leasedRun("a", to: "w", records: ["x"], in: memory)
        try await EngineRig.run(over: memory) { rig in
            // The start is in line, with the gate closed, before anything else can read the run.
            rig.store.closeGate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await rig.start("a", input: "other") }
                group.addTask { _ = try await rig.status("a") }
                group.addTask {
                    let worker = TestWorker(
                        engine: rig.engine, id: "w", isPlain: false, offers: ["order"], instance: "i")
                    #expect(try await worker.register(held: [.init(task)]) == [task.description])
                    let answer = try await worker.report(task, first: 2, [.step("y")])
                    #expect(answer.sequences == [4], "\(answer)")
                }
                await settle()
                rig.store.openGate()
                try await group.waitForAll()
            }
            #expect(try await rig.status("a").state == .running)
        }
    }

    @Test("is refused for a bad type, a tier without a store, or too large an input")
    func invalid() async throws {
        var configuration = EngineConfiguration()
        configuration.maximumValueBytes = 10
        try await EngineRig.run(configuration: configuration) { rig in
            await expect(.invalidArgument) { try await rig.start("a", type: "") }
            await expect(.invalidArgument) { try await rig.start("a", type: String(repeating: "x", count: 257)) }
            await expect(.invalidArgument) { try await rig.start("a", input: String(repeating: "x", count: 11)) }
            await expect(.invalidArgument) {
                try await rig.engine.start(
                    Engine.Start(id: WorkflowID(rawValue: "a"), type: "order", input: [], tier: .memory))
            }
            await expect(.notFound) { _ = try await rig.status("a") }
            try await rig.start("a", input: String(repeating: "x", count: 10))
        }
    }
}
