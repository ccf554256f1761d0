import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Deleting a run", .timeLimit(.minutes(5)))
struct DeleteTests {
    private let id = WorkflowID(rawValue: "a")

    @Test("that has ended leaves nothing of it, and frees its id")
    func ended() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            try await worker.close(try await worker.task().taskID)
            try await rig.engine.delete(id)
            #expect(try await rig.store.memory.summary(of: id) == nil)
            #expect(try await rig.kinds("a").isEmpty)
            #expect(try await rig.engine.metrics().workflows == WorkflowCounts())
            await expect(.notFound) { _ = try await rig.status("a") }
            await expect(.notFound) { try await rig.engine.delete(id) }
            try await rig.start("a", input: "2")
            try await worker.close(try await worker.task().taskID)
        }
    }

    @Test("that is open is refused, and it goes on")
    func open() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            await expect(.failedPrecondition) { try await rig.engine.delete(id) }
            let worker = try await rig.worker("w")
            let task = try await worker.task().taskID
            await expect(.failedPrecondition) { try await rig.engine.delete(id) }
            try await worker.close(task)
        }
    }

    @Test("that is just ending waits until its end is durable")
    func ending() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let written = rig.store.attempts
            rig.store.closeGate()
            async let close: Void = worker.close(task)
            await rig.store.untilAttempts(written + 1)
            let isAnswered = Observed(false)
            async let delete: Void = {
                try await rig.engine.delete(id)
                isAnswered.update { $0 = true }
            }()
            await settle()
            #expect(!isAnswered.value)
            rig.store.openGate()
            try await close
            try await delete
            #expect(try await rig.store.memory.summary(of: id) == nil)
        }
    }

    @Test("is answered after its parent has recorded its end, which would start it again otherwise")
    func child() async throws {
        let memory = MemoryStore()
        try await Fixture.family(childHasEnded: true, in: memory)
        try await EngineRig.run(over: memory, isGateOpen: false) { rig in
            let child = WorkflowID(rawValue: "child")
            let isAnswered = Observed(false)
            async let delete: Void = {
                try await rig.engine.delete(child)
                isAnswered.update { $0 = true }
            }()
            await rig.store.untilAttempts(1)
            await settle()
            #expect(!isAnswered.value)
            #expect(try await memory.summary(of: child) != nil)
            rig.store.openGate()
            try await delete
            #expect(try await rig.kinds("parent").filter { $0 == .childClosed }.count == 1)
            await settle()
            #expect(try await memory.summary(of: child) == nil)
        }
    }

    @Test("is refused while the store refuses writes")
    func readOnly() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            try await rig.engine.cancel(id)
            rig.store.breakDown()
            await expect(.unavailable) { try await rig.start("b") }
            await expect(.unavailable) { try await rig.engine.delete(id) }
            #expect(try await rig.store.memory.summary(of: id) != nil)
        }
    }
}
