import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("An activity", .timeLimit(.minutes(5)))
struct ActivityTests {
    private let id = WorkflowID(rawValue: "a")

    private func spec(
        attempts: UInt32 = 3, service: String = "", startToClose: Int64 = 0, heartbeat: Int64 = 0,
        _ cancellation: ActivityCancellation = .try
    ) -> ActivitySpec {
        ActivitySpec(
            name: "charge", service: service, input: [0x35],
            retry: RetryPolicy(initialMilliseconds: 100, factor: 2, attempts: attempts, jitter: 0),
            startToCloseMilliseconds: startToClose, heartbeatMilliseconds: heartbeat, cancellation: cancellation)
    }

    /// A run that has scheduled an activity.
    private func schedule(_ spec: ActivitySpec, _ rig: EngineRig) async throws -> (worker: TestWorker, task: TaskID) {
        let worker = try await rig.worker("w")
        try await rig.start("a")
        let task = try await worker.task().taskID
        try await worker.report(task, first: 1, [.scheduleActivity(key: .activity("charge"), spec)])
        return (worker, task)
    }

    @Test("goes to a worker that offers it, and its result to the run")
    func completes() async throws {
        try await EngineRig.run { rig in
            let (worker, _) = try await schedule(spec(), rig)
            #expect(try await rig.status("a").reason.contains("no connected worker"))
            let other = try await rig.worker("o", isPlain: true, offers: [], activities: ["charge"])
            let attempt = try await other.attempt()
            #expect(attempt.activity.spec.input == [0x35] && attempt.idempotencyKey == "a/activity:charge#1")
            #expect(try await worker.pushed().event.kind == .activityStarted)
            let task = attempt.taskID.description
            try await rig.engine.complete(task: task, .completed([0x36]))
            #expect(
                try await worker.pushed().event
                    == .activityCompleted(key: .activity("charge"), attempt: 1, result: [0x36]))
            try await rig.engine.complete(task: task, .completed([0x36]))
            await expect(.failedPrecondition) { try await rig.engine.complete(task: task, .completed([0x37])) }
            #expect(try await !rig.engine.heartbeat(task: task, details: nil).isHeld)
        }
    }

    @Test("goes to a worker also when the call that scheduled it fails at another run's report")
    func failedCall() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            try await rig.start("a")
            let task = try await worker.task().taskID
            let unreadable = WorkflowID(rawValue: "b")
            rig.store.makeUnreadable(unreadable)
            await expect(.unavailable) {
                _ = try await rig.engine.advance([
                    RunReport(
                        task: task.description, firstRecord: 1,
                        records: [.scheduleActivity(key: .activity("charge"), spec())]),
                    RunReport(
                        task: TaskID(workflow: unreadable, epoch: 1).description, firstRecord: 1,
                        records: [.step("one")]),
                ])
            }
            _ = try await other.attempt()
        }
    }

    @Test("of a service goes to that service's workers only")
    func service() async throws {
        try await EngineRig.run { rig in
            _ = try await schedule(spec(service: "payments"), rig)
            let other = try await rig.worker("other", offers: [], activities: ["charge"], service: "mail")
            let none = try await rig.worker("none", offers: [], activities: ["charge"])
            await settle()
            #expect(other.unread.isEmpty && none.unread.isEmpty)
            let right = try await rig.worker("right", offers: [], activities: ["charge"], service: "payments")
            _ = try await right.attempt()
        }
    }

    @Test("that fails is tried again when its policy says, elsewhere if it can be, with what its heartbeats said")
    func retries() async throws {
        try await EngineRig.run { rig in
            let (worker, _) = try await schedule(spec(), rig)
            let first = try await rig.worker("first", offers: [], activities: ["charge"])
            let attempt = try await first.attempt()
            let second = try await rig.worker("second", offers: [], activities: ["charge"])
            _ = try await rig.engine.heartbeat(task: attempt.taskID.description, details: [0x39])
            let failure = Failure(message: "no", type: "Declined")
            try await rig.engine.complete(task: attempt.taskID.description, .failed(failure))
            #expect(try await rig.status("a").reason.contains("next attempt"))
            await rig.clock.advance(by: .milliseconds(99))
            await settle()
            #expect(second.unread.isEmpty && first.unread.isEmpty)
            await rig.clock.advance(by: .milliseconds(1))
            let again = try await second.attempt()
            #expect(again.taskID.epoch == 2 && again.activity.details == [0x39])
            try await rig.engine.complete(task: again.taskID.description, .failed(failure))
            await rig.clock.advance(by: .milliseconds(200))
            let last = try await first.attempt()
            try await rig.engine.complete(task: last.taskID.description, .failed(failure))
            var event = try await worker.pushed().event
            while event.kind != .activityFailed { event = try await worker.pushed().event }
            #expect(event == .activityFailed(key: .activity("charge"), attempt: 3, failure: failure))
        }
    }

    @Test("that is silent, or takes too long, is tried again; the late answer is refused", arguments: [false, true])
    func timeout(isSilent: Bool) async throws {
        try await EngineRig.run { rig in
            _ = try await schedule(isSilent ? spec(heartbeat: 1_000) : spec(startToClose: 1_000), rig)
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            let attempt = try await other.attempt().taskID.description
            await rig.clock.advance(by: .milliseconds(900))
            #expect(try await rig.engine.heartbeat(task: attempt, details: nil).isHeld)
            if isSilent {
                await rig.clock.advance(by: .milliseconds(900))
                #expect(try await rig.engine.heartbeat(task: attempt, details: nil).isHeld)
            }
            await rig.clock.advance(by: .milliseconds(1_000))
            try await eventually { try await rig.kinds("a").last == .activityAttemptFailed }
            await expect(.failedPrecondition) { try await rig.engine.complete(task: attempt, .completed([])) }
            #expect(try await !rig.engine.heartbeat(task: attempt, details: nil).isHeld)
            await rig.clock.advance(by: .milliseconds(100))
            #expect(try await other.attempt().taskID.epoch == 2)
        }
    }

    @Test("of a worker that is gone is tried again, as one that was under way when the server stopped")
    func workerGone() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            _ = try await schedule(spec(), rig)
            let first = try await rig.worker("first", offers: [], activities: ["charge"])
            _ = try await first.attempt()
            await first.disconnect()
            // The grace periods of both registrations, and that of the broken stream.
            await rig.clock.advance(by: .seconds(5), sleepers: 3)
            try await eventually { try await rig.kinds("a").last == .activityAttemptFailed }
            let second = try await rig.worker("second", offers: [], activities: ["charge"])
            rig.clock.advanceNow(by: .seconds(1))
            #expect(try await second.attempt().taskID.epoch == 2)
        }
        try await EngineRig.run(over: memory) { rig in
            let back = TestWorker(
                engine: rig.engine, id: "second", isPlain: false, offers: [], activities: ["charge"], instance: "i")
            let task = TaskID(workflow: id, activity: .activity("charge"), epoch: 2)
            #expect(try await back.register(held: [.init(task)]) == [task.description])
            try await back.poll()
            try await rig.engine.complete(task: task.description, .completed([]))
            #expect(try await rig.kinds("a").last == .activityCompleted)
        }
    }

    @Test("that its worker says it does not have is tried again, once")
    func disowned() async throws {
        try await EngineRig.run { rig in
            _ = try await schedule(spec(), rig)
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            let attempt = try await other.attempt().taskID
            var report = RunReport(task: attempt.description, firstRecord: 0, records: [])
            guard case .stale = try await rig.engine.advance([report]).first else { throw TestWorker.StreamEnded() }
            #expect(try await rig.engine.heartbeat(task: attempt.description, details: nil).isHeld)
            report.givesBack = true
            #expect(try await rig.engine.advance([report]) == [.applied([])])
            #expect(try await rig.kinds("a").last == .activityAttemptFailed)
            guard case .stale = try await rig.engine.advance([report]).first else { throw TestWorker.StreamEnded() }
            rig.clock.advanceNow(by: .seconds(1))
            #expect(try await other.attempt().taskID.epoch == 2)
        }
    }

    @Test("counts as a task of its worker")
    func credits() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            let other = try await rig.worker("o", offers: [], maximumTasks: 1, activities: ["charge"])
            for number in 0..<5 {
                try await rig.start("\(number)")
                let task = try await worker.task().taskID
                try await worker.report(task, first: 1, [.scheduleActivity(key: .activity("charge"), spec())])
            }
            for _ in 0..<5 {
                let attempt = try await other.attempt()
                await settle()
                #expect(other.unread.isEmpty)
                try await rig.engine.complete(task: attempt.taskID.description, .completed([]))
            }
        }
    }

    @Test("whose call is cancelled is told with its heartbeat, unless it is to be abandoned", arguments: [false, true])
    func cancelled(isAbandoned: Bool) async throws {
        try await EngineRig.run { rig in
            let (worker, task) = try await schedule(spec(isAbandoned ? .abandon : .wait), rig)
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            let attempt = try await other.attempt().taskID.description
            try await worker.report(task, first: 2, [.cancelOperation(key: .activity("charge"))])
            let beat = try await rig.engine.heartbeat(task: attempt, details: nil)
            #expect(beat.isHeld && beat.isCancelRequested == !isAbandoned)
            try await rig.engine.complete(task: attempt, .failed(Failure(message: "cancelled")))
            #expect(try await rig.kinds("a").last == (isAbandoned ? .activityAttemptFailed : .activityFailed))
        }
    }

    @Test("of a run that has ended is revoked")
    func revoked() async throws {
        try await EngineRig.run { rig in
            _ = try await schedule(spec(), rig)
            let other = try await rig.worker("o", offers: [], activities: ["charge"])
            let attempt = try await other.attempt().taskID
            try await rig.engine.terminate(id)
            guard case .revoke(attempt) = try await other.next() else { throw TestWorker.StreamEnded() }
            #expect(try await !rig.engine.heartbeat(task: attempt.description, details: nil).isHeld)
        }
    }
}
