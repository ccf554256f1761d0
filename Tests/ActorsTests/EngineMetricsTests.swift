import AetherRuntime
import AetherStorage
import Logging
import MetricsTestKit
import Testing

@testable import AetherActors

@Suite("An engine's metrics", .timeLimit(.minutes(5)))
struct EngineMetricsTests {
    private static let third = OperationKey(rawValue: "step:three#1")

    private func activity(attempts: UInt32) -> ActivitySpec {
        ActivitySpec(
            name: "charge", service: "", input: [],
            retry: RetryPolicy(initialMilliseconds: 100, factor: 1, attempts: attempts, jitter: 0),
            startToCloseMilliseconds: 0, heartbeatMilliseconds: 0, cancellation: .try)
    }

    private func milliseconds(
        _ label: String, _ dimensions: [(String, String)] = [], in rig: EngineRig
    ) throws -> [Int64] {
        try rig.metrics.expectTimer(label, dimensions).values.map { $0 / 1_000_000 }
    }

    @Test("count what is committed, by kind")
    func entries() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let failure = Failure(message: "no")
            try await worker.report(
                task, first: 1,
                [
                    .step("one"), .step("two"),
                    .stepAttemptFailed(key: Self.third, attempt: 1, failure: failure, delayMilliseconds: 1),
                    .stepFailed(key: Self.third, failure: failure), .sleep(milliseconds: 10),
                ])
            try await rig.engine.signal(
                task.workflow, Signal(id: "1", name: "s", payload: [0x31]))
            await rig.clock.advance(by: .milliseconds(10))
            while try await worker.pushed().event.kind != .timerFired {}
            try await worker.close(task, first: 6)
            let expected: [String: Int64] = [
                "aether_workflows_started_total": 1, "aether_workflow_tasks_assigned_total": 1,
                "aether_steps_completed_total": 2, "aether_steps_failed_total": 1,
                "aether_step_attempts_failed_total": 1, "aether_signals_received_total": 1,
                "aether_timers_fired_total": 1, "aether_workflows_closed_total": 1,
                "aether_workflows_blocked_total": 0, "aether_workflows_continued_total": 0,
                "aether_journal_entries_total": Int64(try await rig.kinds("a").count),
                "aether_commits_total": Int64(rig.store.commits.count),
            ]
            for (label, count) in expected { #expect(rig.metrics.counterTotal(label: label) == count, "\(label)") }
            #expect(
                rig.metrics.counterTotal(
                    label: "aether_workflows_closed_total", dimensions: [("state", "completed")]) == 1)
            #expect(try milliseconds("aether_workflow_duration_seconds", in: rig) == [10])
            let sizes = try rig.metrics.expectRecorder("aether_commit_entries").values
            #expect(sizes.map { Int($0) } == rig.store.commits.map { $0.reduce(0) { $0 + $1.entries.count } })
            #expect(try milliseconds("aether_commit_duration_seconds", in: rig).count == sizes.count)
        }
    }

    @Test("tell how long tasks waited for a worker, and how long attempts at activities took")
    func activities() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            await settle()
            rig.clock.advanceNow(by: .milliseconds(30))
            let worker = try await rig.worker("w")
            let task = try await worker.task().taskID
            try await worker.report(
                task, first: 1, [.scheduleActivity(key: .activity("charge"), activity(attempts: 2))])
            await settle()
            rig.clock.advanceNow(by: .milliseconds(200))
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            let first = try await other.attempt().taskID
            rig.clock.advanceNow(by: .milliseconds(50))
            try await rig.engine.complete(task: first.description, .failed(Failure(message: "no")))
            await rig.clock.advance(by: .milliseconds(100))
            let second = try await other.attempt().taskID
            rig.clock.advanceNow(by: .milliseconds(70))
            try await rig.engine.complete(task: second.description, .completed([0x31]))
            #expect(try milliseconds("aether_queue_wait_seconds", [("kind", "workflow")], in: rig) == [30])
            #expect(try milliseconds("aether_queue_wait_seconds", [("kind", "activity")], in: rig) == [200, 0])
            #expect(try milliseconds("aether_activity_attempt_duration_seconds", in: rig) == [50, 70])
            #expect(rig.metrics.counterTotal(label: "aether_activity_attempts_failed_total") == 1)
            #expect(rig.metrics.counterTotal(label: "aether_activities_completed_total") == 1)
            #expect(rig.metrics.counterTotal(label: "aether_activities_failed_total") == 0)
        }
    }

    @Test("tell runs that start from those that go on as new, why leases end, and what blocks")
    func ends() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let first = try await worker.task().taskID
            try await worker.report(first, first: 1, [.continueAsNew(input: [0x32])])
            let again = try await worker.task().taskID
            try await worker.report(again, first: 1, [.step("one")], givesBack: true)
            let third = try await worker.task().taskID
            try await worker.report(
                third, first: 1, [.step("two")],
                blockage: Blockage(sequence: 3, expected: "step:a#1", found: ["step:b#1"]))
            try await rig.engine.terminate(third.workflow)
            let metrics = rig.metrics
            #expect(metrics.counterTotal(label: "aether_workflows_started_total") == 1)
            #expect(metrics.counterTotal(label: "aether_workflows_continued_total") == 1)
            #expect(metrics.counterTotal(label: "aether_workflows_blocked_total") == 1)
            #expect(metrics.counterTotal(label: "aether_leases_ended_total", dimensions: [("reason", "returned")]) == 1)
            let ended = metrics.counters(label: "aether_workflows_closed_total").filter { $0.totalValue > 0 }
            #expect(ended.map(\.totalValue) == [1])
        }
    }

    @Test("tell how much there is at the moment, of runs, workers and tasks")
    func gauges() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 2)
            for id in ["a", "b", "c"] { try await rig.start(id) }
            try await rig.start("d", type: "nobody's")
            let task = try await worker.task().taskID
            try await worker.report(
                task, first: 1, [.scheduleActivity(key: .activity("charge"), activity(attempts: 1))])
            await settle()
            let metrics = try await rig.engine.metrics()
            #expect(metrics.workflows == WorkflowCounts([.running: 2, .pending: 2]))
            #expect((metrics.connectedWorkers, metrics.capacity, metrics.held) == (1, 2, 2))
            #expect((metrics.queued.workflows, metrics.queued.activities) == (2, 1))
            #expect(metrics.activeRuns == 4 && metrics.unavailability == nil)
            await worker.disconnect()
            #expect(try await rig.engine.metrics().connectedWorkers == 0)
        }
    }

    @Test("of commits of the memory tier are counted, and not timed as the database's are")
    func memory() async throws {
        let (metrics, clock) = (TestMetrics(), ManualClock())
        let engine = Engine(
            stores: [.memory: MemoryStore()], configuration: EngineConfiguration(), clock: clock.engineClock,
            logger: Logger(label: "test"), instruments: EngineMetrics(factory: metrics))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await engine.run() }
            try await engine.start(
                Engine.Start(id: WorkflowID(rawValue: "a"), type: "t", input: [0x31], tier: .memory))
            await engine.beginStop()
            engine.finish()
            clock.finish()
            try await group.waitForAll()
        }
        #expect(metrics.counterTotal(label: "aether_commits_total") == 1)
        #expect(metrics.counterTotal(label: "aether_journal_entries_total") == 1)
        #expect(try metrics.expectTimer("aether_commit_duration_seconds").values == [])
    }

    @Test("have names, units and labels as Prometheus wants them")
    func names() {
        let definitions = MetricCatalog.all(version: "1")
        #expect(Set(definitions.map(\.name)).count == definitions.count)
        for definition in definitions {
            let name = definition.name
            #expect(name.allSatisfy { $0 == "_" || ($0.isASCII && $0.isLowercase) }, "\(name)")
            #expect(name.hasSuffix("_total") == (definition.kind == .counter), "\(name)")
            #expect(definition.help.hasSuffix("."), "\(name)")
            if definition.unit != .one {
                let base = name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
                #expect(base.hasSuffix("_\(definition.unit.rawValue)"), "\(name)")
            }
            if case .histogram(let bounds) = definition.kind { #expect(bounds == bounds.sorted(), "\(name)") }
            if let label = definition.label {
                #expect(!label.values.isEmpty && Set(label.values).count == label.values.count, "\(name)")
            }
        }
    }
}
