import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A run that does not fit its worker's code", .timeLimit(.minutes(5)))
struct BlockedTests {
    private let blockage = Blockage(sequence: 3, expected: "step:a#1", found: ["step:b#1"])

    @Test("takes no credit and says why, until a worker comes that was not there")
    func blocked() async throws {
        try await EngineRig.run { rig in
            let first = try await rig.worker("first", maximumTasks: 1)
            let other = try await rig.worker("other", maximumTasks: 1)
            try await rig.start("a")
            await settle()
            let holder = first.unread.isEmpty ? other : first
            let task = try await holder.task().taskID
            try await holder.report(task, first: 1, [.step("a")], blockage: blockage)
            let status = try await rig.status("a")
            #expect(status.state == .running)
            #expect(status.blockage == blockage)
            #expect(status.reason.hasPrefix("blocked: at entry 3 the journal has step:a#1, the code called step:b#1"))
            #expect(try await holder.report(task, first: 2, [.step("b")]).isStale)
            // Both are there already, and free.
            await settle()
            #expect(first.unread.isEmpty && other.unread.isEmpty)
            // The same process, on a new stream.
            await first.disconnect()
            _ = try await first.register()
            try await first.poll(maximumTasks: 1)
            try await rig.start("b")
            try await rig.start("c")
            let next = try await [first.task().taskID.workflow.rawValue, other.task().taskID.workflow.rawValue]
            #expect(Set(next) == ["b", "c"])
            let new = try await rig.worker("new")
            let again = try await new.task()
            #expect(again.taskID == TaskID(workflow: task.workflow, epoch: 2))
            #expect(try await rig.status("a").blockage == nil)
            try await new.report(again.taskID, first: 1, [.step("b")])
            #expect(
                try await rig.kinds("a") == [.started, .assigned, .stepCompleted, .blocked, .assigned, .stepCompleted])
        }
    }

    @Test("is tried by the worker's next process, and takes signals and a termination meanwhile")
    func restarted() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", instance: "1")
            for id in ["a", "b"] {
                try await rig.start(id)
                let task = try await worker.task().taskID
                try await worker.report(task, first: 1, [.step("a")], blockage: blockage)
            }
            try await rig.engine.signal(WorkflowID(rawValue: "a"), Signal(id: "1", name: "x", payload: []))
            try await rig.engine.terminate(WorkflowID(rawValue: "b"))
            await settle()
            #expect(worker.unread.isEmpty)
            await worker.disconnect()
            let next = try await rig.worker("w", instance: "2")
            #expect(try await next.task().taskID == TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 2))
            await settle()
            #expect(next.unread.isEmpty)
        }
    }

    @Test("is tried again after a restart of the server")
    func recovered() async throws {
        let store = MemoryStore()
        try await EngineRig.run(over: store) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            try await worker.report(try await worker.task().taskID, first: 1, [.step("a")], blockage: blockage)
        }
        try await EngineRig.run(over: store) { rig in
            let worker = try await rig.worker("w")
            #expect(try await worker.task().taskID.epoch == 2)
        }
    }
}
