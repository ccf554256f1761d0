import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A run that continues as new", .timeLimit(.minutes(5)))
struct ContinuationTests {
    @Test("keeps its id and who waits for it; its journal and leases before are gone")
    func continues() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a", input: "1")
            let first = try await worker.task().taskID
            async let result = rig.engine.awaitResult(WorkflowID(rawValue: "a"), timeout: nil)
            try await worker.report(
                first, first: 1,
                [.step("x"), .startTimer(key: OperationKey(rawValue: "sleep:#1"), .after(milliseconds: 100))])
            #expect(try await worker.report(first, first: 3, [.continueAsNew(input: [0x32])]).sequences != nil)
            let again = try await worker.task()
            #expect(again.taskID.epoch == 2)
            #expect(again.start.input == [0x32])
            #expect(try await rig.kinds("a") == [.started, .assigned])
            #expect(try await worker.report(first, first: 4, [.step("late")]).isStale)
            // The same start is the same workflow, another one is not.
            try await rig.start("a", input: "1")
            await expect(.alreadyExists) { try await rig.start("a", input: "2") }
            // The timer of the first run is forgotten.
            rig.clock.advanceNow(by: .seconds(1))
            await settle()
            #expect(try await rig.kinds("a") == [.started, .assigned])
            try await worker.close(again.taskID)
            #expect(try await result.state == .completed)
            try await rig.start("a", input: "1")
        }
    }

    @Test("is after a crash what it was last; its abandoned children have begun, the others end")
    func crash() async throws {
        let store = MemoryStore()
        try await EngineRig.run(over: store) { rig in
            let worker = try await rig.worker("w", offers: ["order"])
            try await rig.start("a")
            let task = try await worker.task().taskID
            let abandoned = ChildStart(
                id: WorkflowID(rawValue: "abandoned"), type: "child", input: [], tier: nil, closePolicy: .abandon)
            let own = ChildStart(
                id: WorkflowID(rawValue: "own"), type: "child", input: [], tier: nil, closePolicy: .cancel)
            try await worker.report(
                task, first: 1,
                [
                    .startChild(key: OperationKey(rawValue: "child:child#1"), abandoned),
                    .startChild(key: OperationKey(rawValue: "child:child#2"), own),
                ])
            try await worker.report(task, first: 3, [.continueAsNew(input: [0x32])])
            #expect(try await rig.status("abandoned").state == .pending)
            #expect(try await worker.task().taskID.epoch == 2)
            try await rig.engine.awaitClosed("own")
            #expect(try await rig.status("own").state == .cancelled)
        }
        try await EngineRig.run(over: store) { rig in
            let worker = try await rig.worker("w")
            let task = try await worker.task()
            #expect(task.start.input == [0x32])
            #expect(task.taskID.epoch == 3)
            #expect(try await rig.status("abandoned").state == .pending)
        }
    }

    @Test("does so only once that is written: when it can't be, the run is what it was")
    func unwritable() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a", input: "1")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.step("x")])
            rig.store.breakDown()
            let next = WorkerRecord.continueAsNew(input: [0x32])
            await expect(.unavailable) { try await worker.report(task, first: 2, [next]) }
            await rig.availability.until { $0 == [false] }
            #expect(try await rig.kinds("a") == [.started, .assigned, .stepCompleted])
            rig.store.repair()
            await rig.clock.advance(by: .seconds(1), sleepers: 2)
            await rig.availability.until { $0.last == true }
            #expect(try await worker.report(task, first: 2, [next]).sequences != nil)
            #expect(try await worker.task().start.input == [0x32])
        }
    }
}

extension Engine {
    fileprivate func awaitClosed(_ id: String) async throws {
        _ = try await awaitResult(WorkflowID(rawValue: id), timeout: nil)
    }
}
