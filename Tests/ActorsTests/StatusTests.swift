import AetherActors
import AetherRuntime
import Testing

@Suite("The reason why a run is where it is", .timeLimit(.minutes(1)))
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
