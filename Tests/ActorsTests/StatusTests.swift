import AetherActors
import AetherRuntime
import Testing

@Suite("The reason why a run is where it is", .timeLimit(.minutes(5)))
struct StatusTests {
    @Test("names missing workers, busy ones, the one that has it, and the step")
    func reasons() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            #expect(try await rig.status("a").reason.contains("no connected worker offers the workflow type \"order\""))
            let plain = try await rig.worker("plain", isPlain: true, maximumTasks: 1)
            let first = try await plain.task().taskID
            #expect(try await rig.status("a").reason == "running on worker plain")
            try await rig.start("b")
            #expect(try await rig.status("b").reason == "all 1 workers that offer \"order\" are busy")
            #expect(try await rig.status("b").state == .pending)
            try await rig.engine.complete(task: first.description, .completed([]))
            #expect(try await rig.status("a").reason == "")
        }
    }

    @Test("tells the step that is running, until the run changes hands")
    func currentStep() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            func report(_ step: String?, givesBack: Bool) async throws {
                _ = try await rig.engine.advance([
                    RunReport(
                        task: task.description, firstRecord: 1, records: [], currentStep: step, givesBack: givesBack)
                ])
            }
            try await report("charge", givesBack: false)
            #expect(try await rig.status("a").reason == "running step \"charge\" on worker w")
            #expect(try await rig.status("a").currentStep == "charge")
            try await report(nil, givesBack: true)
            _ = try await worker.task()
            #expect(try await rig.status("a").reason == "running on worker w")
        }
    }

    /// Each of them read it anew once, while all others waited anew: a thousand calls kept the server busy for minutes.
    @Test("is read once for all who ask at the same time, whether the run has ended, is not there, or can't be read")
    func readOnce() async throws {
        try await EngineRig.run { rig in
            try await rig.start("ended")
            let worker = try await rig.worker("plain", isPlain: true)
            try await rig.engine.complete(task: try await worker.task().taskID.description, .completed([]))
            rig.store.makeUnreadable(WorkflowID(rawValue: "unreadable"))
            for (id, looks) in [("ended", 2), ("missing", 2), ("unreadable", 1)] {
                let before = rig.store.summariesRead
                rig.store.holdSummaries()
                let asked = Observed(0)
                let states = try await withThrowingTaskGroup(of: WorkflowState?.self) { group in
                    for _ in 0..<1_000 {
                        group.addTask {
                            asked.update { $0 += 1 }
                            return try? await rig.status(id).state
                        }
                    }
                    await asked.until { $0 == 1_000 }
                    await settle()
                    rig.store.releaseSummaries()
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(states == [id == "ended" ? .completed : nil])
                // Only who comes while it is being read has it for nothing: all of the first look, some of the second.
                #expect(rig.store.summariesRead - before < looks * 1_000 - 500)
            }
        }
    }

    @Test("tells only what is durable")
    func durable() async throws {
        try await EngineRig.run { rig in
            rig.store.closeGate()
            let starting = Task { try await rig.start("a") }
            await rig.store.untilAttempts(1)
            let told = Observed(false)
            let asking = Task {
                _ = try await rig.status("a")
                told.update { $0 = true }
            }
            await settle()
            #expect(!told.value)
            rig.store.openGate()
            try await starting.value
            try await asking.value
        }
    }
}
