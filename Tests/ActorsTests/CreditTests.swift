import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Credits", .timeLimit(.minutes(5)))
struct CreditTests {
    @Test("are never exceeded, and all come back", arguments: [1, 3])
    func limit(_ maximum: Int) async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: maximum)
            for number in 0..<10 { try await rig.start("r\(number)") }
            var held: [TaskID] = []
            for _ in 0..<10 {
                while held.count < maximum, held.count < 10 {
                    guard try await rig.openRuns() > held.count else { break }
                    held.append(try await worker.task().taskID)
                }
                await settle()
                #expect(try await rig.running() <= maximum)
                guard !held.isEmpty else { break }
                try await worker.close(held.removeFirst())
            }
            #expect(try await rig.openRuns() == 0)
        }
    }

    @Test("count tasks on their way when the worker connects again")
    func inFlight() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            for id in ["a", "b", "c"] { try await rig.start(id) }
            let first = try await worker.task().taskID
            rig.store.closeGate()
            let attempts = rig.store.attempts
            let closing = Task { try await worker.close(first) }
            await rig.store.untilAttempts(attempts + 1)
            rig.store.openGate()
            try await closing.value
            rig.store.closeGate()
            // The next assignment is being committed while the stream is replaced, again and again.
            for _ in 0..<5 { try await worker.poll(maximumTasks: 1) }
            await settle()
            rig.store.openGate()
            let second = try await worker.task().taskID
            await settle()
            #expect(try await rig.running() == 1)
            try await worker.close(second)
            try await worker.close(try await worker.task().taskID)
            #expect(try await rig.openRuns() == 0)
        }
    }

    @Test("come back when a run ends while the worker is away")
    func endedWhileAway() async throws {
        try await EngineRig.run { rig in
            let worker = try await rig.worker("w", maximumTasks: 1)
            try await rig.start("a")
            try await rig.start("b")
            let task = try await worker.task().taskID
            await worker.disconnect()
            try await worker.close(task)
            _ = try await worker.register()
            try await worker.poll(maximumTasks: 1)
            #expect(try await worker.task().taskID.workflow.rawValue == "b")
        }
    }

    @Test("come back from assignments that could not be written")
    func unwritable() async throws {
        try await EngineRig.run { rig in
            try await rig.start("a")
            let worker = try await rig.worker("w", offers: ["other"], maximumTasks: 1)
            await worker.disconnect()
            rig.store.breakDown()
            // The assignment fails, the run is read again, and the credit is there for it.
            let able = try await rig.worker("able", maximumTasks: 1)
            await rig.availability.until { $0.last == false }
            rig.store.repair()
            await rig.clock.advance(by: .seconds(1), sleepers: 4)
            #expect(try await able.task().taskID == TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 1))
            #expect(try await rig.kinds("a") == [.started, .assigned])
        }
    }
}

extension EngineRig {
    func openRuns() async throws -> Int { try await store.counts().active }
    func running() async throws -> Int { try await store.counts()[.running] }
}
