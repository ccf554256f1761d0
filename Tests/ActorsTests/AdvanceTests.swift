import AetherActors
import AetherRuntime
import Testing

@Suite("Reporting records", .timeLimit(.minutes(5)))
struct AdvanceTests {
    @Test("is acknowledged when they are durable, not before, and the end is published no sooner")
    func waitsForCommit() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let attempts = rig.store.attempts
            rig.store.closeGate()
            let acknowledged = Observed(false)
            let published = Observed(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await worker.close(task)
                    acknowledged.update { $0 = true }
                }
                group.addTask {
                    _ = try await rig.engine.awaitResult(task.workflow, timeout: nil)
                    published.update { $0 = true }
                }
                await rig.store.untilAttempts(attempts + 1)
                await settle()
                #expect(!acknowledged.value && !published.value)
                rig.store.openGate()
                try await group.waitForAll()
            }
            #expect(try await rig.status("a").state == .completed)
        }
    }

    @Test("under a task: the assignment is durable before the worker gets it")
    func assignmentBeforeTask() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            let attempts = rig.store.attempts
            rig.store.closeGate()
            let worker = try await rig.worker("w")
            let received = Observed(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let assignment = try await worker.task()
                    #expect(try await rig.kinds("a") == [.started, .assigned])
                    #expect(assignment.journal?.map(\.event.kind) == [.started, .assigned])
                    received.update { $0 = true }
                }
                await rig.store.untilAttempts(attempts + 1)
                await settle()
                #expect(!received.value)
                rig.store.openGate()
                try await group.waitForAll()
            }
        }
    }

    @Test("of many runs shares one commit while another is under way")
    func groupCommit() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            var tasks: [TaskID] = []
            for number in 0..<50 {
                try await rig.start("r\(number)")
                tasks.append(try await worker.task().taskID)
            }
            let attempts = rig.store.attempts
            rig.store.closeGate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [tasks] in _ = try await worker.report(tasks[0], first: 1, [.step("x")]) }
                await rig.store.untilAttempts(attempts + 1)
                for task in tasks.dropFirst() {
                    group.addTask { _ = try await worker.report(task, first: 1, [.step("x")]) }
                }
                await settle()
                rig.store.openGate()
                try await group.waitForAll()
            }
            #expect(rig.store.attempts <= attempts + 3)
            #expect(rig.store.commits.map(\.count).max() ?? 0 >= 25)
        }
    }

    @Test("again is acknowledged with the recorded places, when those are durable")
    func repeated() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 1, [.step("x"), .step("y")]).sequences == [3, 4])
            #expect(try await worker.report(task, first: 1, [.step("x"), .step("y")]).sequences == [3, 4])
            #expect(try await worker.report(task, first: 2, [.step("y"), .step("z")]).sequences == [4, 5])
            #expect(try await rig.kinds("a").count == 5)
        }
    }

    @Test("of one bad run does not fail the others")
    func mixedBatch() async throws {
        var configuration = EngineConfiguration()
        configuration.maximumValueBytes = 100
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            for id in ["a", "b", "c"] { try await rig.start(id) }
            var tasks: [String: String] = [:]
            for _ in 0..<3 {
                let task = try await worker.task().taskID
                tasks[task.workflow.rawValue] = task.description
            }
            try await rig.engine.cancel(WorkflowID(rawValue: "c"))
            let large = WorkerRecord.stepCompleted(
                key: OperationKey(rawValue: "step:l#1"), result: Array(repeating: 0, count: 101))
            let closing = try #require(tasks["b"].flatMap(TaskID.init))
            try await worker.close(closing)
            func report(_ task: String?, _ records: [WorkerRecord]) -> RunReport {
                RunReport(
                    task: task ?? "", firstRecord: 1, records: records, currentStep: nil, givesBack: false)
            }
            let answers = try await rig.engine.advance([
                report("junk", []), report("w:1:unknown", []), report(tasks["b"], [.step("x")]),
                report(tasks["a"], [large]), report("w:9:a", [.step("x")]), report(tasks["a"], [.step("x")]),
            ])
            #expect(answers[0].isStale && answers[1].isClosed && answers[2].isClosed)
            #expect(answers[3].isRefused && answers[4].isStale)
            #expect(answers[5].sequences == [3])
        }
    }

    @Test("with a gap ends the lease: the run goes on from its journal")
    func gap() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 2, [.step("y")]).isGap)
            let again = try await worker.task().taskID
            #expect(again.epoch == 2)
            try await worker.close(again)
        }
    }

    @Test("and giving the run back lets another worker have it")
    func givesBack() async throws {
        try await EngineRig.run { rig in
            let first = try await rig.worker("first")
            try await rig.start("a")
            let task = try await first.task().taskID
            await first.disconnect()
            let second = try await rig.worker("second")
            let answers = try await rig.engine.advance([
                RunReport(
                    task: task.description, firstRecord: 1, records: [.step("x")], currentStep: nil, givesBack: true)
            ])
            #expect(answers.first?.sequences == [3])
            let assignment = try await second.task()
            #expect(assignment.taskID.epoch == 2)
            #expect(assignment.journal == nil)
            let journal = try await rig.engine.journal(of: assignment, after: 0)
            #expect(journal.map(\.event.kind) == [.started, .assigned, .stepCompleted, .released, .assigned])
        }
    }
}
