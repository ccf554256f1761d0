import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A timer", .timeLimit(.minutes(5)))
struct TimerTests {
    private let id = WorkflowID(rawValue: "a")

    @Test("fires when its time has come, and not before")
    func fires() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.sleep(milliseconds: 60_000)])
            #expect(try await rig.status("a").reason.contains("timer"))
            await rig.clock.advance(by: .milliseconds(59_999))
            await settle()
            #expect(try await rig.kinds("a").last == .timerStarted)
            await rig.clock.advance(by: .milliseconds(1))
            let entry = try await worker.pushed()
            #expect(entry.event == .timerFired(key: .timer(1)))
            #expect(entry.time == Timestamp(rawValue: 1_060_000))
        }
    }

    @Test("a shorter one that comes later fires first")
    func shorterLater() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.sleep(milliseconds: 50_000, 1)])
            await rig.clock.advance(by: .zero)
            try await worker.report(task, first: 2, [.sleep(milliseconds: 10, 2)])
            await settle()
            rig.clock.advanceNow(by: .milliseconds(10))
            #expect(try await worker.pushed().event == .timerFired(key: .timer(2)))
            rig.clock.advanceNow(by: .seconds(50))
            #expect(try await worker.pushed().event == .timerFired(key: .timer(1)))
        }
    }

    @Test("of a run that has ended wakes nobody")
    func ended() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.sleep(milliseconds: 10), .close(.completed([]))])
            try await eventually { try await rig.activeRuns() == 0 }
            rig.clock.advanceNow(by: .seconds(1))
            await settle()
            #expect(try await rig.kinds("a").last == .closed)
        }
    }

    @Test("is fired by the next engine, when it was due while there was none")
    func restart() async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            try await worker.report(try await worker.task().taskID, first: 1, [.sleep(milliseconds: 1_000)])
        }
        try await EngineRig.run(over: memory) { rig in
            rig.clock.advanceNow(by: .seconds(1))
            try await eventually { try await rig.kinds("a").last == .timerFired }
        }
    }

    @Test("wakes a run that left memory, also over a restart", arguments: [false, true])
    func passive(isRestarted: Bool) async throws {
        let memory = MemoryStore()
        try await EngineRig.run(over: memory) { rig in
            try await Self.sleepingRun(rig)
            try await eventually { try await rig.activeRuns() == 0 }
            #expect(try await memory.summary(of: id)?.isPassive == true)
            if !isRestarted { try await expectWoken(rig) }
        }
        if isRestarted { try await EngineRig.run(over: memory) { try await expectWoken($0) } }
    }

    private static func sleepingRun(_ rig: EngineRig) async throws {
        let worker = try await rig.worker("w")
        try await rig.start("a")
        let task = try await worker.task().taskID
        try await worker.report(task, first: 1, [.sleep(milliseconds: 60_000)])
        try await worker.report(task, first: 2, [], givesBack: true, waitingAt: 3)
        await worker.disconnect()
    }

    private func expectWoken(_ rig: EngineRig) async throws {
        let worker = try await rig.worker("w2")
        await settle()
        #expect(worker.unread.isEmpty)
        #expect(try await rig.kinds("a").last == .released)
        rig.clock.advanceNow(by: .seconds(60))
        let task = try await worker.task()
        #expect(task.taskID == TaskID(workflow: id, epoch: 2) && task.journalLength == 6)
        #expect(try await rig.store.memory.summary(of: id)?.isPassive == false)
    }

    @Test("a run that left memory is looked at, signalled, and cancelled as any other")
    func passiveIsAddressed() async throws {
        try await EngineRig.run { rig in
            try await Self.sleepingRun(rig)
            try await eventually { try await rig.activeRuns() == 0 }
            let status = try await rig.status("a")
            #expect(status.state == .running && status.pending.map(\.key) == [.timer(1)])
            #expect(try await rig.activeRuns() == 1)
            // The worker's two grace periods, the timer, and the stay in memory.
            await rig.clock.advance(by: .seconds(6), sleepers: 4)
            try await eventually { try await rig.activeRuns() == 0 }
            try await rig.engine.signal(id, Signal(id: "1", name: "x", payload: []))
            try await rig.engine.cancel(id)
            let worker = try await rig.worker("w2")
            #expect(try await worker.task().taskID.epoch == 2)
        }
    }

    @Test("of which there are 10,000 all fire, none early")
    func many() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 10_000)
            for number in 0..<10_000 { try await rig.start("\(number)") }
            var reports: [RunReport] = []
            for number in 0..<10_000 {
                let task = try await worker.task().taskID
                reports.append(
                    RunReport(
                        task: task.description, firstRecord: 1,
                        records: [.sleep(milliseconds: Int64(1_000 + number % 60_000))], currentStep: nil,
                        givesBack: false))
            }
            _ = try await rig.engine.advance(reports)
            var fired = 0
            for second in 1...11 {
                rig.clock.advanceNow(by: .seconds(1))
                let due = min(10_000, second == 1 ? 1 : (second - 1) * 1_000 + 1)
                while fired < due {
                    let entry = try await worker.pushed()
                    #expect(entry.time.rawValue >= 1_000_000)
                    fired += 1
                }
                await settle()
                #expect(worker.unread.isEmpty, "early after \(second) s")
            }
            #expect(fired == 10_000)
        }
    }
}
