import Aether
import AetherTestKit
import Synchronization
import Testing

@Suite("Stubs and faults of the test kit", .timeLimit(.minutes(5)))
struct ScriptTests {
    private let client = AetherClient(serverURL: "http://nowhere.invalid:1")

    private struct Declined: Error {}

    @Test("an activity is stubbed, whoever does it otherwise")
    func activities() async throws {
        let charge = client.activity("charge", service: "billing") { (_, amount: Int) in
            Issue.record("the real one was called")
            return "real \(amount)"
        }
        let print = client.activity("print", input: String.self, output: Int.self, service: "printing")
        let flow = client.workflow("flow") { (context, amount: Int) in
            let receipt = try await context.activity(charge, amount)
            return try await context.activity(print, receipt)
        }
        let test = TestEnvironment(serving: [flow, charge])
        test.stub(charge) { "receipt \($0)" }
        test.stub(print) { $0.count }
        #expect(try await test.run { try await flow.startAndWait(7) } == 9)
        #expect(try test.inputs(of: charge) == [7])
        #expect(try test.inputs(of: print) == ["receipt 7"])
    }

    @Test("a child and a step are stubbed")
    func childrenAndSteps() async throws {
        let child = client.workflow("child") { (_, number: Int) in number }
        let flow = client.workflow("flow") { context in
            try await context.step("nothing") { Issue.record("the real one was called") }
            let sum = try await context.step("number") { 1 }
            return try await context.child(child, sum)
        }
        let test = TestEnvironment(serving: [flow])
        test.stub(child) { $0 * 10 }
        test.stub(step: "number") { 4 }
        test.stub(step: "nothing") {}
        #expect(try await test.run { try await flow.startAndWait() } == 40)
        #expect(test.attempts(step: "number") == 1)
    }

    @Test("a step and an activity fail as often as told, with the error told")
    func faults() async throws {
        let calls = Mutex(0)
        let charge = client.activity("charge", retry: .exponential(attempts: 3)) { (_, amount: Int) in
            calls.withLock { $0 += 1 }
            return amount
        }
        let flow = client.workflow("flow") { context in
            let first = try await context.step("reserve", retry: .exponential(attempts: 3)) { 1 }
            do {
                return first + (try await context.activity(charge, 5))
            } catch let error as ActivityFailed {
                return error.type == "Declined" ? -1 : -2
            }
        }
        let test = TestEnvironment(serving: [flow, charge])
        test.fail(step: "reserve", times: 2)
        test.fail(charge, times: 2)
        try await test.run {
            let sum = try await flow.startAndWait()
            #expect(sum == 6)
            #expect(test.attempts(step: "reserve") == 3)
            test.fail(charge, times: 3, with: Declined())
            let declined = try await flow.startAndWait()
            #expect(declined == -1)
            test.fail(step: "reserve", with: NonRetryableError("no"))
            await #expect(throws: WorkflowFailed.self) { try await flow.startAndWait() }
        }
        #expect(try test.inputs(of: charge) == [5, 5, 5, 5, 5, 5])
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("signals, values and cancellation work as on a server")
    func handles() async throws {
        let flow = client.workflow("flow") { context in
            try await context.set("stage", "waiting")
            let name = try await context.signal("name", as: String.self, timeout: .days(3))
            try await context.set("stage", "sleeping")
            try await context.sleep(.days(1))
            return name
        }
        let test = TestEnvironment(serving: [flow])
        try await test.run {
            let run = try await flow.start(id: "a")
            try await test.advance(by: .zero)
            #expect(try await run.value("stage", as: String.self) == "waiting")
            try await run.signal("name", "Ada")
            #expect(try await run.result() == "Ada")

            let cancelled = try await flow.start(id: "b")
            try await cancelled.cancel()
            await #expect(throws: WorkflowCancelled.self) { try await cancelled.result() }

            let late = try await flow.start(id: "c")
            await #expect(throws: WorkflowFailed.self) { try await late.result() }
        }
    }

    @Test("an environment runs once at a time")
    func twice() async throws {
        let flow = client.workflow("flow") { _ in 1 }
        let test = TestEnvironment(serving: [flow])
        try await test.run {
            await #expect(throws: AetherError.self) { try await test.run {} }
        }
        #expect(try await test.run { try await flow.startAndWait() } == 1)
    }
}
