import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A run that only waits", .timeLimit(.minutes(5)))
struct WaitingTests {
    @Test("takes no credit: a worker with one place runs a parent and its child")
    func parentAndChild() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("parent")
            let parent = try await worker.task().taskID
            try await worker.report(parent, first: 1, [.child("child")])
            await settle()
            #expect(worker.unread.isEmpty)
            try await worker.report(parent, first: 2, [], waitingAt: 3)
            let child = try await worker.task().taskID
            try await rig.start("next")
            await settle()
            #expect(worker.unread.isEmpty)
            try await worker.close(child)
            #expect(try await worker.pushed().event.kind == .childClosed)
        }
    }

    @Test("takes its credit again when something is pushed to it")
    func takesCredit() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [], waitingAt: 2)
            try await rig.engine.signal(task.workflow, Signal(id: "1", name: "x", payload: []))
            #expect(try await worker.pushed().event.kind == .signalReceived)
            try await rig.start("b")
            await settle()
            #expect(worker.unread.isEmpty)
            try await worker.close(task)
            #expect(try await worker.task().taskID.workflow.rawValue == "b")
        }
    }

    @Test("does not wait when something has happened that it has not seen")
    func unseen() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await rig.engine.signal(task.workflow, Signal(id: "1", name: "x", payload: []))
            try await worker.report(task, first: 1, [], waitingAt: 2)
            try await rig.start("b")
            await settle()
            #expect(worker.unread.count == 1)
        }
    }

    @Test("waits on after its worker came back, to the same server and to another", arguments: [false, true])
    func reconnect(isRestarted: Bool) async throws {
        let memory = MemoryStore()
        let task = TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 1)
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            _ = try await worker.task().taskID
            try await worker.report(task, first: 1, [], waitingAt: 2)
            guard !isRestarted else { return }
            await worker.disconnect()
            try await rig.engine.signal(task.workflow, Signal(id: "1", name: "x", payload: []))
            try await comesBack(rig, task)
        }
        if isRestarted {
            try await EngineRig.run(over: memory) { rig in
                try await rig.engine.signal(task.workflow, Signal(id: "1", name: "x", payload: []))
                try await comesBack(rig, task)
            }
        }
    }

    /// The worker says where its run waits, is told what it has missed, and has no place for another run until it has
    /// seen that.
    private func comesBack(_ rig: EngineRig, _ task: TaskID) async throws {
        let held = Engine.Registration.Held(task, seen: 2)
        let worker = try await rig.worker("w", maximumTasks: 1, held: [held])
        try await worker.report(task, first: 1, [], waitingAt: 2)
        let missed = try await worker.pushed()
        #expect(missed.sequence == 3 && missed.event.kind == .signalReceived)
        try await rig.start("b")
        await settle()
        #expect(worker.unread.isEmpty)
        try await worker.report(task, first: 1, [], waitingAt: 3)
        #expect(try await worker.task().taskID.workflow.rawValue == "b")
    }

    @Test("and is given back stays where it is until something happens")
    func evicted() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(
                task, first: 1, [.awaitSignal(key: .activity("x"), name: "x", timeoutMilliseconds: nil)])
            try await worker.report(task, first: 2, [], givesBack: true, waitingAt: 3)
            try await eventually { try await rig.activeRuns() == 0 }
            #expect(worker.unread.isEmpty)
            #expect(try await rig.status("a").reason == "waiting for signal \"x\"")
            try await rig.engine.signal(task.workflow, Signal(id: "1", name: "x", payload: [0x31]))
            let again = try await worker.task()
            #expect(again.taskID.epoch == 2 && again.journalLength == 7)
        }
    }
}
