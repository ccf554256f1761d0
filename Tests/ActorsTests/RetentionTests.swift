import AetherActors
import AetherRuntime
import AetherStorage
import MetricsTestKit
import Testing

@Suite("Retention", .timeLimit(.minutes(5)))
struct RetentionTests {
    /// No other wait is as long.
    private static let interval = Duration.seconds(17)

    private func configuration(
        _ state: WorkflowState = .completed, age: Duration? = nil, bytes: Int? = nil
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.retention[state] = RetentionPolicy.Limit(age: age, bytes: bytes)
        configuration.retentionInterval = Self.interval
        return configuration
    }

    /// Lets an interval pass, and what is done at its end.
    private func sweep(_ rig: EngineRig) async {
        await rig.clock.advance(by: Self.interval, onceSomeoneSleepsFor: Self.interval)
        await rig.clock.advance(by: .zero, onceSomeoneSleepsFor: Self.interval)
    }

    private func complete(_ ids: String..., on worker: TestWorker, _ rig: EngineRig) async throws {
        for id in ids {
            try await rig.start(id)
            try await worker.close(try await worker.task().taskID)
            rig.clock.advanceNow(by: .milliseconds(1))
        }
    }

    private func ids(_ rig: EngineRig) async throws -> [String] {
        try await rig.engine.list(WorkflowFilter(), after: nil, limit: 1_000).map(\.id.rawValue).sorted()
    }

    @Test("deletes what ended longer ago than its age, and nothing else")
    func age() async throws {
        try await EngineRig.run(configuration: configuration(age: .seconds(30))) { rig in
            let worker = try await rig.worker("w")
            try await complete("old", on: worker, rig)
            try await rig.start("open", type: "nobody's")
            try await rig.start("cancelled", type: "nobody's")
            try await rig.engine.cancel(WorkflowID(rawValue: "cancelled"))
            await sweep(rig)
            #expect(try await ids(rig) == ["cancelled", "old", "open"])
            try await complete("young", on: worker, rig)
            await sweep(rig)
            #expect(try await ids(rig) == ["cancelled", "open", "young"])
            #expect(rig.metrics.counterTotal(label: "aether_workflows_expired_total") == 1)
            await sweep(rig)
            #expect(try await ids(rig) == ["cancelled", "open"])
        }
    }

    @Test("counts the age from the end, and finds those that ended late behind many that are kept")
    func end() async throws {
        try await EngineRig.run(configuration: configuration(age: .seconds(30))) { rig in
            let worker = try await rig.worker("w", maximumTasks: 1_000)
            var tasks: [TaskID] = []
            for index in 0..<150 {
                try await rig.start("w-\(index)")
                tasks.append(try await worker.task().taskID)
                rig.clock.advanceNow(by: .milliseconds(1))
            }
            // The youngest ends first.
            try await worker.close(tasks.removeLast())
            await sweep(rig)
            for task in tasks { try await worker.close(task) }
            await sweep(rig)
            let kept = try await ids(rig)
            #expect(kept.count == 149)
            #expect(!kept.contains("w-149"))
        }
    }

    @Test("deletes the oldest until the rest takes no more than its bytes")
    func bytes() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("w")
            try await complete("a", "b", "c", on: worker, rig)
        }
        let sizes = try await memory.closedWorkflows(.completed, after: nil, limit: 9).map(\.bytes)
        try await EngineRig.run(over: memory, configuration: configuration(bytes: sizes[1] + sizes[2])) { rig in
            await sweep(rig)
            let kept = try await ids(rig)
            #expect(kept == ["b", "c"])
            await sweep(rig)
            #expect(try await ids(rig) == kept)
            #expect(try await memory.closedBytes()[.completed] == sizes[1] + sizes[2])
        }
    }

    @Test("keeps a child while its parent is open, and deletes both later")
    func family() async throws {
        try await EngineRig.run(configuration: configuration(age: .seconds(1), bytes: 0)) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("parent")
            let parent = try await worker.task().taskID
            let key = OperationKey(scope: "", kind: "child", name: "order", occurrence: 1)
            let call = ChildStart(id: WorkflowID(rawValue: "child"), type: "order", input: [0x31])
            try await worker.report(parent, first: 1, [.startChild(key: key, call)])
            try await worker.close(try await worker.task().taskID)
            await sweep(rig)
            #expect(try await ids(rig) == ["child", "parent"])
            try await worker.close(parent, first: 2)
            await sweep(rig)
            #expect(try await ids(rig) == [])
        }
    }

    @Test("waits while something is written, but not for ever")
    func busy() async throws {
        try await EngineRig.run(configuration: configuration(age: .seconds(1))) { rig in
            let worker = try await rig.worker("w")
            try await complete("old", on: worker, rig)
            let written = rig.store.attempts
            rig.store.closeGate()
            async let start: Void = rig.start("new", type: "nobody's")
            await rig.store.untilAttempts(written + 1)
            await rig.clock.advance(by: Self.interval, onceSomeoneSleepsFor: Self.interval)
            for _ in 0..<50 {
                #expect(try await rig.store.memory.summary(of: WorkflowID(rawValue: "old")) != nil)
                await rig.clock.advance(by: .milliseconds(20), onceSomeoneSleepsFor: .milliseconds(20))
            }
            await rig.clock.advance(by: .zero, onceSomeoneSleepsFor: Self.interval)
            #expect(try await rig.store.memory.summary(of: WorkflowID(rawValue: "old")) == nil)
            rig.store.openGate()
            try await start
        }
    }

    @Test("deletes nothing while the store refuses writes, and goes on when it takes them")
    func readOnly() async throws {
        try await EngineRig.run(configuration: configuration(age: .seconds(1))) { rig in
            let worker = try await rig.worker("w")
            try await complete("old", on: worker, rig)
            rig.store.breakDown()
            await expect(.unavailable) { try await rig.start("b") }
            await sweep(rig)
            #expect(try await rig.store.memory.summary(of: WorkflowID(rawValue: "old")) != nil)
            rig.store.repair()
            await sweep(rig)
            await sweep(rig)
            #expect(try await ids(rig) == [])
        }
    }
}
