import Aether
import AetherTestKit
import Foundation
import Synchronization
import Testing

@Suite("A test over the kit", .timeLimit(.minutes(5)))
struct DeterminismTests {
    private let client = AetherClient()

    /// What happened in a run of everything that could come in another order.
    private func story() async throws -> [String] {
        let log = Mutex<[String]>([])
        let note = client.activity("note") { (_, text: String) in log.withLock { $0.append(text) } }
        let child = client.workflow("child") { (context, number: Int) in
            try await context.sleep(.minutes(number % 2))
            try await context.step("child") { log.withLock { $0.append("child \(number)") } }
            return context.random(in: 0..<1_000_000)
        }
        let parent = client.workflow("parent") { context in
            let numbers = try await context.parallel(over: Array(0..<6), maximumConcurrency: 4) { number in
                try await context.step("branch", retry: .exponential(attempts: 4)) {
                    log.withLock { $0.append("branch \(number)") }
                }
                try await context.activity(note, "note \(number)")
                return try await context.child(child, number)
            }
            return "\(numbers) \(context.uuid()) \(context.now)"
        }
        let test = TestEnvironment(serving: [parent, child, note])
        test.fail(step: "branch", times: 3)
        test.fail(note, times: 2)
        let result = try await test.run { try await parent.startAndWait(id: "p") }
        return log.withLock { $0 } + [result, "\(test.now)"]
    }

    @Test("takes the same course every time, 1,000 times")
    func sameStory() async throws {
        let first = try await story()
        #expect(first.count == 20)
        for _ in 1..<1000 {
            let again = try await story()
            guard again == first else {
                Issue.record("\(again)\n\(first)")
                return
            }
        }
    }

    @Test("sees code that is not deterministic, when runs are replayed always")
    func nondeterminism() async throws {
        let calls = Mutex(0)
        let flow = client.workflow("flow") { context in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            try await context.step("call \(call)") {}
            try await context.sleep(.seconds(1))
        }
        let plain = TestEnvironment(serving: [flow])
        try await plain.run { _ = try await flow.startAndWait(id: "f") }
        var configuration = TestEnvironment.Configuration()
        configuration.replaysAlways = true
        let test = TestEnvironment(serving: [flow], configuration: configuration)
        let error = await #expect(throws: AetherError.self) {
            try await test.run { _ = try await flow.startAndWait(id: "f") }
        }
        #expect(error?.message.contains("blocked: ") == true, "\(error?.message ?? "")")
    }
}
