import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Cancelling a run", .timeLimit(.minutes(5)))
struct CancelTests {
    private let id = WorkflowID(rawValue: "a")

    @Test("that is pending ends it at once; a second time is refused")
    func pending() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            try await rig.engine.cancel(id)
            #expect(try await rig.status("a").state == .cancelled)
            await expect(.failedPrecondition) { try await rig.engine.cancel(id) }
            await expect(.notFound) { try await rig.engine.cancel(WorkflowID(rawValue: "none")) }
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("b")
            #expect(try await worker.task().taskID.workflow.rawValue == "b")
        }
    }

    @Test("of a plain worker ends it at once: no lease, no late answer")
    func plain() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", isPlain: true, maximumTasks: 1)
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await rig.engine.cancel(id)
            #expect(try await rig.status("a").state == .cancelled)
            #expect(try await rig.engine.heartbeat(task: task.description, details: nil).isHeld == false)
            await expect(.failedPrecondition) {
                try await rig.engine.complete(task: task.description, .completed([0x31]))
            }
            try await rig.start("b")
            #expect(try await worker.task().taskID.workflow.rawValue == "b", "the credit is free again")
        }
    }

    @Test("of a worker with a journal tells the worker, once")
    func pushed() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await rig.engine.cancel(id)
            try await rig.engine.cancel(id)
            guard case .push(task, let entry) = try await worker.next() else { throw TestWorker.StreamEnded() }
            #expect(entry.event == .cancelRequested)
            #expect(try await rig.status("a").state == .running)
            #expect(try await rig.status("a").isCancelRequested)
            #expect(try await worker.report(task, first: 1, [.close(.cancelled)]).sequences == [4])
            #expect(try await rig.kinds("a") == [.started, .assigned, .cancelRequested, .closed])
        }
    }

    @Test("whose worker is away is told to the worker when it is back")
    func pushedAgain() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            await worker.disconnect()
            try await rig.engine.cancel(id)
            #expect(try await worker.register(held: [.init(task, seen: 2)]) == [task.description])
            try await worker.poll()
            guard case .push(task, let entry) = try await worker.next() else { throw TestWorker.StreamEnded() }
            #expect(entry.event == .cancelRequested && entry.sequence == 3)
        }
    }

    @Test("is told to the worker also when the server was restarted meanwhile")
    func pushedAfterRestart() async throws {
        let memory = MemoryStore()
        let task = try await Fixture.leasedRun("a", to: "w", records: ["x"], isCancelRequested: true, in: memory)
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("w", held: [.init(task, seen: 3)])
            guard case .push(task, let entry) = try await worker.next() else { throw TestWorker.StreamEnded() }
            #expect(entry.event == .cancelRequested)
        }
    }
}
