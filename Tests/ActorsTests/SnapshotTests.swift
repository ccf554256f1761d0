import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A run at tier L1", .timeLimit(.minutes(5)))
struct SnapshotTests {
    private let id = WorkflowID(rawValue: "a")

    private var configuration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.tier = .snapshot
        return configuration
    }

    private let interval = Duration.milliseconds(100)
    private let retry = Duration.seconds(1)

    /// Steps whose names are numbers.
    private func steps(_ numbers: ClosedRange<Int>) -> [WorkerRecord] {
        numbers.map { .step("\($0)") }
    }

    @Test("goes on before its steps are written, and they are written 100 ms after the first of them")
    func atMostAnInterval() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let written = rig.store.attempts
            #expect(try await worker.report(task, first: 1, [.step("x")]).sequences == [3])
            await rig.clock.advance(by: .milliseconds(60), onceSomeoneSleepsFor: interval)
            #expect(try await worker.report(task, first: 2, [.step("y")]).sequences == [4])
            rig.clock.advanceNow(by: .milliseconds(39))
            await settle()
            #expect(rig.store.attempts == written)
            #expect(try await rig.kinds("a") == [.started, .assigned])
            rig.clock.advanceNow(by: .milliseconds(1))
            await rig.store.untilAttempts(written + 1)
            try await eventually { try await rig.kinds("a").count == 4 }
            #expect(rig.store.attempts == written + 1)
            #expect(try await worker.report(task, first: 3, [.step("z")]).sequences == [5])
            await rig.clock.advance(by: interval, onceSomeoneSleepsFor: interval)
            try await eventually { try await rig.kinds("a").count == 5 }
        }
    }

    @Test("is never more than 64 steps ahead of what is written")
    func entries() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let written = rig.store.attempts
            #expect(try await worker.report(task, first: 1, steps(1...63)).sequences?.count == 63)
            await settle()
            #expect(rig.store.attempts == written, "63 steps are written at once")
            rig.store.closeGate()
            #expect(try await worker.report(task, first: 64, steps(64...64)).sequences == [66])
            await rig.store.untilAttempts(written + 1)
            // 64 are being written, and none is: the next one has to wait.
            let isAnswered = Observed(false)
            async let late = {
                let answer = try await worker.report(task, first: 65, [.step("late")])
                isAnswered.update { $0 = true }
                return answer
            }()
            await settle()
            #expect(!isAnswered.value)
            rig.store.openGate()
            #expect(try await late.sequences == [67])
            #expect(try await rig.kinds("a").count == 67)
            #expect(try await worker.report(task, first: 66, [.step("after")]).sequences == [68])
            #expect(try await rig.kinds("a").count == 67)
        }
    }

    @Test("lags for itself, as far as the limit of all runs together goes")
    func entriesOfAll() async throws {
        var configuration = configuration
        configuration.maximumLaggingSteps = 100
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let first = try await worker.task().taskID
            try await rig.start("b")
            let second = try await worker.task().taskID
            let written = rig.store.attempts
            #expect(try await worker.report(first, first: 1, steps(1...60)).sequences?.count == 60)
            #expect(try await worker.report(second, first: 1, steps(1...39)).sequences?.count == 39)
            await settle()
            #expect(rig.store.attempts == written)
            #expect(try await worker.report(second, first: 40, steps(40...41)).sequences == [42, 43])
            #expect(try await rig.kinds("a").count == 62)
            #expect(try await rig.kinds("b").count == 43)
        }
    }

    @Test("tells of a step only after what came before it and may not lag, or has a value too large to lag")
    func acknowledgedInOrder() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            rig.store.closeGate()
            let written = rig.store.attempts
            async let cancel: Void = rig.engine.cancel(id)
            await rig.store.untilAttempts(written + 1)
            let isAnswered = Observed(false)
            async let answer = {
                let answer = try await worker.report(task, first: 1, [.step("x")])
                isAnswered.update { $0 = true }
                return answer
            }()
            await settle()
            #expect(!isAnswered.value)
            rig.store.openGate()
            try await cancel
            #expect(try await answer.sequences == [4])
            #expect(try await rig.kinds("a").count == 3)
            let large = WorkerRecord.stepCompleted(
                key: OperationKey(scope: "", kind: "step", name: "large", occurrence: 1),
                result: Array(repeating: 0x31, count: 64 * 1024 + 1))
            #expect(try await worker.report(task, first: 2, [large]).sequences == [5])
            #expect(try await rig.kinds("a").count == 5)
        }
    }

    @Test("is written with what may not lag: a start, a request to cancel, its own end")
    func forced() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 1, [.step("x")]).sequences == [3])
            try await rig.start("b")
            #expect(rig.store.commits.last?.map(\.id.rawValue) == ["a", "b"])
            #expect(try await worker.report(task, first: 2, [.step("y")]).sequences == [4])
            #expect(try await rig.kinds("a").count == 3)
            try await rig.engine.cancel(id)
            #expect(try await rig.kinds("a").suffix(2) == [.stepCompleted, .cancelRequested])
            #expect(try await worker.report(task, first: 3, [.step("z")]).sequences == [6])
            #expect(try await rig.kinds("a").count == 5)
            try await worker.close(task, first: 4)
            #expect(try await rig.kinds("a").suffix(2) == [.stepCompleted, .closed])
        }
    }

    @Test("does not hold up a run at tier L2 beside it, whose steps are written before they are acknowledged")
    func mixed() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let lagging = try await worker.task().taskID
            let other = WorkflowID(rawValue: "b")
            try await rig.engine.start(Engine.Start(id: other, type: "order", input: [], tier: .stateActionLog))
            let durable = try await worker.task().taskID
            #expect(try await worker.report(lagging, first: 1, [.step("x")]).sequences == [3])
            #expect(try await worker.report(durable, first: 1, [.step("x")]).sequences == [3])
            #expect(try await rig.kinds("b").count == 3)
            #expect(try await rig.kinds("a").count == 3)
            #expect(try await rig.engine.list(WorkflowFilter(), after: nil, limit: 9).count == 2)
            #expect(try await rig.status("a").summary.tier == .snapshot)
        }
    }

    @Test("keeps its journal in the order of its decisions while commits of many runs come and go")
    func order() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w", maximumTasks: 100)
            var tasks: [TaskID] = []
            for number in 0..<50 {
                try await rig.start("r\(number)")
                tasks.append(try await worker.task().taskID)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, task) in tasks.enumerated() {
                    group.addTask {
                        for step in 1...20 {
                            let answer = try await worker.report(task, first: UInt64(step), [.step("\(step)")])
                            // A request to cancel takes a number of some runs.
                            let expected = UInt64(step) + (number % 5 == 0 && step > 10 ? 3 : 2)
                            #expect(answer.sequences == [expected])
                            if number % 5 == 0, step == 10 { try await rig.engine.cancel(task.workflow) }
                        }
                        try await worker.close(task, first: 21)
                    }
                }
                try await group.waitForAll()
            }
            for task in tasks {
                let entries = try await rig.store.entries(task.workflow)
                #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
                #expect(entries.compactMap(\.event.outcomeKey).map(\.rawValue) == (1...20).map { "step:\($0)#1" })
            }
        }
    }

    @Test("goes back to what is durable when its steps can't be written, and does them again")
    func failure() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 1, [.step("x")]).sequences == [3])
            rig.store.breakDown()
            await rig.clock.advance(by: interval, onceSomeoneSleepsFor: interval)
            await rig.availability.until { $0 == [false] }
            await expect(.unavailable) { _ = try await worker.report(task, first: 2, [.step("y")]) }
            #expect(try await rig.kinds("a") == [.started, .assigned])
            rig.store.repair()
            await rig.clock.advance(by: retry, onceSomeoneSleepsFor: retry)
            await rig.availability.until { $0.last == true }
            // The worker goes on where it was, which the server no longer knows.
            let answer = try await worker.report(task, first: 2, [.step("y")])
            #expect(answer.isGap || answer.isStale)
            let again = try await worker.task()
            #expect(again.taskID.epoch == 2)
            #expect(try await worker.report(again.taskID, first: 1, [.step("x"), .step("y")]).sequences == [5, 6])
            try await worker.close(again.taskID, first: 3)
        }
    }

    @Test("is taken from a worker that knows what is lost, also when the lost report comes once more")
    func lateReport() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.step("x")])
            rig.store.breakDown()
            await rig.clock.advance(by: interval, onceSomeoneSleepsFor: interval)
            await rig.availability.until { $0 == [false] }
            rig.store.repair()
            await rig.clock.advance(by: retry, onceSomeoneSleepsFor: retry)
            await rig.availability.until { $0.last == true }
            // It would be another entry, of another time, than the one that the worker was told of.
            try await worker.report(task, first: 1, [.step("x")])
            let again = try await worker.task().taskID
            #expect(again.epoch == 2)
            #expect(try await worker.report(task, first: 2, [.step("y")]).isStale)
        }
    }

    @Test("waits for its steps while the store refuses writes")
    func readOnly() async throws {
        try await EngineRig.run(configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            rig.store.closeGate()
            rig.store.failCommits(1)
            let attempts = rig.store.attempts
            async let refused: Void = expect(.unavailable) { try await rig.start("b") }
            await rig.store.untilAttempts(attempts + 1)
            // Settled while the commit before it is under way, which then fails.
            #expect(try await worker.report(task, first: 1, [.step("x")]).sequences == [3])
            rig.store.openGate()
            await refused
            await rig.availability.until { $0 == [false] }
            await rig.clock.advance(by: retry, onceSomeoneSleepsFor: retry)
            await rig.availability.until { $0.last == true }
            let answer = try await worker.report(task, first: 2, [.step("y")])
            #expect(answer.isGap || answer.isStale)
            #expect(try await rig.kinds("a").prefix(2) == [.started, .assigned])
        }
    }

    @Test("is written to its last step when the engine finishes, and goes on from there in the next one")
    func finish() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory, configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 1, [.step("x"), .step("y")]).sequences == [3, 4])
            #expect(try await rig.kinds("a").count == 2)
        }
        #expect(try await memory.journal(of: id, after: 0, limit: 9).count == 4)
        try await EngineRig.run(over: memory, configuration: configuration) { rig in
            let worker = try await rig.worker("w")
            let task = try await worker.task()
            #expect(task.taskID.epoch == 2)
            #expect(task.journalLength == 6)
            #expect(try await rig.status("a").summary.tier == .snapshot)
            try await worker.close(task.taskID, first: 1)
        }
    }
}
