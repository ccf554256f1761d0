import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Starting over a store with open runs", .timeLimit(.minutes(5)))
struct RecoveryTests {
    @Test("gives pending runs to workers, and finds those that are leased")
    func pendingAndLeased() async throws {
        let memory = MemoryStore()
        for number in 0..<25 { try await Fixture.pendingRun("p\(number)", in: memory) }
        let kept = try await Fixture.leasedRun("kept", to: "w", records: ["x"], in: memory)
        _ = try await Fixture.leasedRun("lost", to: "gone", records: ["x", "y"], in: memory)
        var configuration = EngineConfiguration()
        configuration.recoveryPageSize = 7
        try await EngineRig.run(over: memory, configuration: configuration) { rig in
            let worker = TestWorker(engine: rig.engine, id: "w", isPlain: false, offers: ["order"], instance: "i")
            #expect(try await worker.register(held: [.init(kept)]) == [kept.description])
            try await worker.poll()
            var tasks: [TaskID] = []
            for _ in 0..<25 { tasks.append(try await worker.task().taskID) }
            #expect(tasks.allSatisfy { $0.epoch == 1 })
            #expect(try await worker.report(kept, first: 2, [.step("y")]).sequences == [4])
            try await eventually { rig.engine.hasRecovered }
            await rig.clock.advance(by: .seconds(5), sleepers: 2)
            let lost = try await worker.task()
            #expect(lost.taskID == TaskID(workflow: WorkflowID(rawValue: "lost"), epoch: 2))
            #expect(lost.journalLength == 6)
        }
    }

    @Test("gives a run on at once that its worker came back without")
    func cameBackWithout() async throws {
        let memory = MemoryStore()
        _ = try await Fixture.leasedRun("a", to: "w", records: ["x"], in: memory)
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("w")
            #expect(try await worker.task().taskID.epoch == 2)
        }
    }

    @Test("never loses a run to a worker that is there before it is read", arguments: 0..<20)
    func workerFirst(_ round: Int) async throws {
        let memory = MemoryStore()
        for number in 0..<20 { try await Fixture.pendingRun("p\(number)", in: memory) }
        var held: [TaskID] = []
        for number in 0..<20 {
            held.append(try await Fixture.leasedRun("h\(number)", to: "w", records: [], in: memory))
        }
        try await EngineRig.run(over: memory) { rig in
            let worker = TestWorker(engine: rig.engine, id: "w", isPlain: false, offers: ["order"], instance: "i")
            #expect(try await Set(worker.register(held: held.map { .init($0) })) == Set(held.map(\.description)))
            try await worker.poll()
            for _ in 0..<20 { try await worker.close(try await worker.task().taskID) }
            for task in held { try await worker.close(task) }
            #expect(try await rig.openRuns() == 0)
        }
    }

    @Test("is not held up by a run that can't be read, and reads it when it can")
    func unreadable() async throws {
        let memory = MemoryStore()
        for id in ["a", "b", "c"] { try await Fixture.pendingRun(id, in: memory) }
        try await EngineRig.run(over: memory) { rig in
            rig.store.makeUnreadable(WorkflowID(rawValue: "a"))
            let worker = try await rig.worker("w")
            let first = [try await worker.task().taskID, try await worker.task().taskID].map(\.workflow.rawValue)
            // The engine may have read the run before it became unreadable.
            if !first.contains("a") {
                rig.store.repair()
                await rig.clock.advance(by: .seconds(10), sleepers: 2)
            }
            let third = try await worker.task().taskID.workflow.rawValue
            #expect(Set(first + [third]) == ["a", "b", "c"])
        }
    }

    @Test("starts no child before its start is written, of a run that goes on while others are still picked up")
    func childNotWritten() async throws {
        let memory = MemoryStore()
        // Picked up in this order: the child, for which its parent is looked up; the parent; the run.
        try await Fixture.family(childHasEnded: false, in: memory)
        let task = try await Fixture.leasedRun("run", to: "w", records: [], in: memory)
        try await EngineRig.run(over: memory, summariesBeforeHold: 3) { rig in
            await rig.store.untilSummariesRead(4)
            let worker = try await rig.worker("w", offers: ["other"], held: [.init(task)])
            rig.store.closeGate()
            let begun = rig.store.attempts
            async let report = worker.report(task, first: 1, [.child("new")])
            await rig.store.untilAttempts(begun + 1)
            rig.store.releaseSummaries()
            try await eventually { rig.engine.hasRecovered }
            await settle()
            #expect(try await rig.activeRuns() == 3)
            rig.store.openGate()
            #expect(try await report.sequences == [3])
            try await eventually { try await rig.activeRuns() == 4 }
        }
    }
}
