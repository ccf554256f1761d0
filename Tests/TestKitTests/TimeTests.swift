import Aether
import AetherTestKit
import Foundation
import Synchronization
import Testing

@Suite("Time in the test kit", .timeLimit(.minutes(5)))
struct TimeTests {
    private let client = AetherClient()

    @Test("is skipped while a test waits: a year of daily timers")
    func year() async throws {
        let year = client.workflow("year") { context in
            for _ in 0..<365 { try await context.sleep(.days(1)) }
            return context.now
        }
        let test = TestEnvironment(serving: [year])
        let start = test.now
        let end = try await test.run { try await year.startAndWait() }
        #expect(end.timeIntervalSince(start) == 365 * 86400)
        #expect(test.now == end)
    }

    @Test("stands still while nobody waits, and goes as far as it is skipped")
    func advance() async throws {
        let trial = client.workflow("trial") { context in
            try await context.sleep(.days(30))
            return "over"
        }
        let test = TestEnvironment(serving: [trial])
        try await test.run {
            let start = test.now
            let run = try await trial.start(id: "t")
            try await test.advance(by: .days(29))
            #expect(test.now.timeIntervalSince(start) == 29 * 86400)
            #expect(try await run.status().state == .running)
            try await test.sleep(for: .days(1))
            #expect(try await run.status().state == .completed)
            #expect(try await run.result() == "over")
        }
    }

    @Test("passes in the order of what is due, over all runs")
    func order() async throws {
        let log = Mutex<[String]>([])
        let sleeper = client.workflow("sleeper") { (context, hours: Int) in
            try await context.sleep(.hours(hours))
            try await context.step("log") { log.withLock { $0.append("\(hours)") } }
        }
        let test = TestEnvironment(serving: [sleeper])
        try await test.run {
            var runs: [WorkflowHandle<NoValue>] = []
            for hours in [5, 1, 4, 2, 3] { runs.append(try await sleeper.start(hours)) }
            for run in runs { _ = try await run.result() }
        }
        #expect(log.withLock { $0 } == ["1", "2", "3", "4", "5"])
    }

    @Test("includes the delays between attempts, and the time limits of steps and activities")
    func limits() async throws {
        let slow = client.activity("slow", retry: .none, timeout: .minutes(5)) { (_, _: Int) in 1 }
        let flow = client.workflow("flow") { context in
            let begin = context.now
            let step = try await context.step("retried", retry: .exponential(attempts: 5)) { "done" }
            var limited = ""
            do {
                _ = try await context.activity(slow, 7)
            } catch let error as ActivityFailed {
                limited = error.type
            }
            return "\(step) \(limited) \(context.now.timeIntervalSince(begin) > 300)"
        }
        let test = TestEnvironment(serving: [flow])
        test.stub(slow) { _ in
            try await test.sleep(for: .hours(1))
            return 2
        }
        test.fail(step: "retried", times: 2)
        #expect(try await test.run { try await flow.startAndWait() } == "done Timeout true")
        #expect(test.attempts(step: "retried") == 3)
    }

    @Test("does not pass while a closure works")
    func closures() async throws {
        let flow = client.workflow("flow") { context in
            async let timer: Void = context.sleep(.hours(1))
            let seen = try await context.step("work") {
                try await Task.sleep(for: .milliseconds(20))
                return context.now
            }
            try await timer
            return seen
        }
        let test = TestEnvironment(serving: [flow])
        let start = test.now
        #expect(try await test.run { try await flow.startAndWait() } == start)
    }

    @Test("can't help a run that waits for the test: its wait fails and says for what", arguments: [true, false])
    func stuck(isSignal: Bool) async throws {
        let elsewhere = client.activity("elsewhere", input: Int.self, output: Int.self)
        let flow = client.workflow("flow") { context in
            if isSignal { return try await context.signal("go", as: Int.self) }
            return try await context.activity(elsewhere, 1)
        }
        let test = TestEnvironment(serving: [flow])
        let error = await #expect(throws: AetherError.self) {
            try await test.run { try await flow.startAndWait(id: "f") }
        }
        #expect(error?.code == .failedPrecondition)
        let expected = isSignal ? "waiting for signal \"go\"" : "no connected worker offers activity \"elsewhere\""
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }
}
