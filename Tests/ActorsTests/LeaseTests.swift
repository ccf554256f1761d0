import AetherActors
import AetherRuntime
import Testing

@Suite("A lease", .timeLimit(.minutes(5)))
struct LeaseTests {
    @Test("ends with the grace period; the run goes on elsewhere under the next epoch, late reports are refused")
    func grace() async throws {
        try await EngineRig.run { rig in
            let first = try await rig.worker("first")
            try await rig.start("a")
            let task = try await first.task().taskID
            #expect(try await first.report(task, first: 1, [.step("x")]).sequences == [3])
            await first.disconnect()
            let second = try await rig.worker("second")
            #expect(try await rig.status("a").reason.contains("first is disconnected"))
            await rig.clock.advance(by: .seconds(5), sleepers: 3)
            let again = try await second.task().taskID
            #expect(again.epoch == 2)
            #expect(try await first.report(task, first: 2, [.step("y")]).isStale)
            #expect(try await second.report(again, first: 1, [.step("y")]).sequences == [6])
            try await second.close(again, first: 2)
        }
    }

    @Test("stays with a worker that is back in time")
    func backInTime() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            let task = try await worker.task().taskID
            await worker.disconnect()
            await rig.clock.advance(by: .seconds(4), sleepers: 2)
            #expect(try await worker.register(held: [.init(task)]) == [task.description])
            rig.clock.advanceNow(by: .seconds(4))
            await settle()
            try await worker.poll(maximumTasks: 1)
            rig.clock.advanceNow(by: .seconds(100))
            await settle()
            try await worker.close(task)
            try await rig.start("b")
            #expect(try await worker.task().taskID.epoch == 1)
        }
    }

    @Test("ends at once when the worker registers without the run")
    func notHeld() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            await worker.disconnect()
            #expect(try await worker.register(held: ["junk", "w:7:a", "w:1:other"]) == [])
            try await worker.poll()
            let again = try await worker.task().taskID
            #expect(again == TaskID(workflow: task.workflow, epoch: 2))
            #expect(try await worker.report(task, first: 1, [.step("x")]).isStale)
        }
    }

    @Test("is not lost with a task that the broken stream did not send")
    func unsent() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", reads: false)
            for id in ["a", "b"] {
                try await rig.start(id)
                try await eventually { try await rig.status(id).attempt == 1 }
            }
            await settle()
            await worker.disconnect()
            // Without a new registration: nobody says what the worker has.
            try await worker.poll()
            let tasks = [try await worker.task().taskID, try await worker.task().taskID]
            #expect(Set(tasks.map(\.workflow.rawValue)) == ["a", "b"])
            #expect(tasks.allSatisfy { $0.epoch == 2 })
        }
    }

    @Test("is not lost with a task sent on the old stream after the worker registered for a new one")
    func betweenRegisterAndPoll() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            _ = try await worker.register()
            try await rig.start("a")
            try await eventually { try await rig.status("a").attempt == 1 }
            await settle()
            let old = worker.feed
            try await worker.poll()
            #expect(try await worker.task().taskID == TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 2))
            #expect(old?.end == .replaced)
        }
    }

    @Test("of a worker id belongs to one live process")
    func inUse() async throws {
        try await EngineRig.run { rig in
            let first = try await rig.worker("w", instance: "1")
            await expect(.alreadyExists) { _ = try await rig.worker("w", instance: "2") }
            await first.disconnect()
            _ = try await rig.worker("w", instance: "2")
        }
    }

    @Test("stays when the worker's second stream ends the first")
    func replaced() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let old = try #require(worker.feed)
            try await worker.poll()
            #expect(old.end == .replaced)
            await rig.engine.endPoll(worker: "w", old)
            try await rig.start("b")
            #expect(try await worker.task().taskID.workflow.rawValue == "b")
            try await worker.close(task)
        }
    }

    @Test("of an unregistered worker there is none")
    func unregistered() async throws {
        try await EngineRig.run { rig in
            await expect(.failedPrecondition) { _ = try await rig.engine.poll(worker: "w", maximumTasks: 1) }
            await expect(.invalidArgument) { _ = try await rig.worker("") }
        }
    }

    @Test("goes to the worker that had the run last")
    func affinity() async throws {
        try await EngineRig.run { rig in
            let first = try await rig.worker("first")
            try await rig.start("a")
            let task = try await first.task().taskID
            let others = [try await rig.worker("second"), try await rig.worker("third")]
            let answers = try await rig.engine.advance([
                RunReport(
                    task: task.description, firstRecord: 1, records: [], currentStep: nil, givesBack: true)
            ])
            #expect(answers.first?.sequences == [])
            #expect(try await first.task().taskID.epoch == 2)
            _ = others
        }
    }
}
