import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("A store that refuses writes", .timeLimit(.minutes(5)))
struct FailureTests {
    private let id = WorkflowID(rawValue: "a")

    @Test("makes the engine read-only until it is well; the run then goes on under the same lease")
    func readOnly() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            #expect(try await worker.report(task, first: 1, [.step("x")]).sequences == [3])
            rig.store.breakDown()
            await expect(.unavailable) { _ = try await worker.report(task, first: 2, [.step("y")]) }
            await rig.availability.until { $0 == [false] }
            #expect(rig.engine.unavailability?.contains("the disk is full") == true)
            let attempts = rig.store.attempts
            await expect(.unavailable) { _ = try await worker.report(task, first: 2, [.step("y")]) }
            await expect(.unavailable) { try await rig.start("b") }
            await expect(.unavailable) { try await rig.engine.cancel(id) }
            await expect(.unavailable) { try await rig.engine.complete(task: task.description, .completed([])) }
            await expect(.unavailable) { _ = try await rig.worker("other") }
            #expect(rig.store.attempts == attempts, "a refused call reaches the store")
            #expect(try await rig.status("a").state == .running)
            await rig.clock.advance(by: .seconds(1), sleepers: 2)
            await settle()
            #expect(rig.engine.unavailability != nil)
            rig.store.repair()
            await rig.clock.advance(by: .seconds(1), sleepers: 2)
            await rig.availability.until { $0.last == true }
            #expect(try await worker.report(task, first: 2, [.step("y")]).sequences == [4])
            try await worker.close(task, first: 3)
            #expect(try await rig.kinds("a") == [.started, .assigned, .stepCompleted, .stepCompleted, .closed])
        }
    }

    @Test("loses nothing of what was decided on top of the failed commit")
    func stacked() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1000)
            var tasks: [TaskID] = []
            for number in 0..<200 {
                try await rig.start("r\(number)")
                tasks.append(try await worker.task().taskID)
            }
            rig.store.closeGate()
            rig.store.failCommits(1)
            let attempts = rig.store.attempts
            // Two decisions of each run: the second is in line while the commit of the first fails.
            let refused = await withTaskGroup(of: Bool.self) { group in
                for task in tasks {
                    group.addTask { (try? await worker.report(task, first: 1, [.step("x")])) == nil }
                }
                await rig.store.untilAttempts(attempts + 1)
                await settle()
                for task in tasks {
                    group.addTask { (try? await rig.engine.cancel(task.workflow)) == nil }
                }
                await settle()
                rig.store.openGate()
                await rig.clock.advance(by: .seconds(1), sleepers: 2)
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused > 0)
            await rig.availability.until { $0.last == true }
            for task in tasks {
                let sequences = try #require(await worker.report(task, first: 1, [.step("x")]).sequences)
                let recorded = try await rig.store.entries(task.workflow)
                #expect(sequences.map { recorded[Int($0) - 1].event.kind } == [.stepCompleted])
            }
        }
    }

    @Test("never acknowledges what failed, however often it happens", arguments: 1...5)
    func again(_ failures: Int) async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            for round in 0..<failures {
                let done = rig.availability.value.count
                rig.store.failCommits(1)
                await expect(.unavailable) {
                    _ = try await worker.report(task, first: UInt64(round) + 1, [.step("\(round)")])
                }
                await rig.clock.advance(by: .seconds(1), sleepers: 2)
                await rig.availability.until { $0.count >= done + 2 }
                let answer = try await worker.report(task, first: UInt64(round) + 1, [.step("\(round)")])
                #expect(answer.sequences == [UInt64(round) + 3])
            }
        }
    }

    @Test(
        "or does not say whether one is there is asked again: what follows from it happens, once",
        arguments: [true, false])
    func unsettled(isWritten: Bool) async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            try await worker.report(task, first: 1, [.sleep(milliseconds: 10_000)])
            try await rig.start("b")
            let other = try await worker.task().taskID
            rig.store.loseAnswer(isWritten: isWritten)
            let attempts = rig.store.attempts
            await rig.clock.advance(by: .seconds(10))
            await rig.availability.until { $0 == [false] }
            await expect(.unavailable) { _ = try await worker.report(other, first: 1, [.step("x")]) }
            await settle()
            #expect(rig.store.attempts == attempts + 1)
            await rig.clock.advance(by: .seconds(1))
            #expect(try await worker.pushed().event == .timerFired(key: .timer(1)))
            await rig.availability.until { $0 == [false, true] }
            try await worker.close(other)
            try await worker.close(task, first: 2)
            #expect(try await rig.kinds("a") == [.started, .assigned, .timerStarted, .timerFired, .closed])
        }
    }

    @Test("has a worker keep a run that it was about to lose")
    func refusalFails() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            let attempts = rig.store.attempts
            rig.store.closeGate()
            rig.store.failCommits(1)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await expect(.unavailable) { try await rig.engine.terminate(id) } }
                await rig.store.untilAttempts(attempts + 1)
                let text = task.description
                group.addTask {
                    await expect(.unavailable) { _ = try await worker.report(task, first: 1, [.step("x")]) }
                }
                group.addTask {
                    await expect(.unavailable) { _ = try await rig.engine.heartbeat(task: text, details: nil) }
                }
                group.addTask {
                    await expect(.unavailable) { try await rig.engine.complete(task: text, .completed([])) }
                }
                await settle()
                rig.store.openGate()
            }
            await rig.clock.advance(by: .seconds(1))
            await rig.availability.until { $0.last == true }
            #expect(try await rig.engine.heartbeat(task: task.description, details: nil).isHeld)
            try await worker.report(task, first: 1, [.step("x")])
            try await worker.close(task, first: 2)
        }
    }

    @Test("does not leave a run with a worker that lost it meanwhile")
    func leaseEndFails() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            _ = try await worker.task()
            await worker.disconnect()
            rig.store.failCommits(1)
            // The worker comes back without the run, and the end of its lease can't be written.
            _ = try await worker.register()
            await rig.availability.until { $0.last == false }
            await rig.clock.advance(by: .seconds(1), sleepers: 4)
            await rig.availability.until { $0.last == true }
            _ = try await worker.register()
            try await worker.poll()
            #expect(try await worker.task().taskID.epoch == 2)
            #expect(try await rig.kinds("a") == [.started, .assigned, .released, .assigned])
        }
    }

    @Test("does not leave a run with a worker that can't be told what it has missed")
    func pushAgainFails() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w")
            try await rig.start("a")
            let task = try await worker.task().taskID
            await worker.disconnect()
            try await rig.engine.signal(id, Signal(id: "s", name: "go", payload: []), in: nil)
            rig.store.makeUnreadable(id)
            rig.store.failCommits(1)
            _ = try await worker.register(held: [Engine.Registration.Held(task, seen: 2)])
            try await worker.poll()
            await rig.availability.until { $0.last == false }
            rig.store.repair()
            await rig.clock.advance(by: .seconds(1), onceSomeoneSleepsFor: .seconds(1))
            await rig.availability.until { $0.last == true }
            #expect(try await worker.task().taskID.epoch == 2)
            #expect(
                try await rig.kinds("a") == [.started, .assigned, .signalReceived, .released, .assigned])
        }
    }

    @Test("takes back a start that was not accepted")
    func start() async throws {
        try await EngineRig.run { rig in
            rig.store.failCommits(1)
            await expect(.unavailable) { try await rig.start("a") }
            await rig.clock.advance(by: .seconds(1))
            await rig.availability.until { $0.last == true }
            await expect(.notFound) { _ = try await rig.status("a") }
            try await rig.start("a", input: "2")
            #expect(try await rig.kinds("a") == [.started])
        }
    }

    @Test("does not keep the engine from stopping")
    func stop() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            rig.store.breakDown()
            await expect(.unavailable) { try await rig.engine.cancel(id) }
        }
    }
}
