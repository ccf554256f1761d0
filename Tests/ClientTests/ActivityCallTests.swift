import AetherRuntime
import Testing

@testable import Aether

@Suite("Calls of activities", .timeLimit(.minutes(5)))
struct ActivityCallTests {
    private let client = AetherClient()
    private let key = OperationKey(rawValue: "activity:charge#1")
    private var charge: Activity<Int, String> {
        client.activity(
            "charge", input: Int.self, output: String.self,
            retry: .exponential(initial: .milliseconds(200), factor: 3, maximum: .seconds(30), attempts: 5, jitter: 0),
            timeout: .hours(2), heartbeatTimeout: .hours(1), scheduleToCloseTimeout: .days(1), service: "bank")
    }

    @Test("give the result, or throw ActivityFailed, the same on every replay")
    func outcomes() async throws {
        let log = Log()
        let charge = charge
        let workflow = client.workflow("test") { context -> [String] in
            let first = try await context.activity(charge, 1)
            try await context.step("a") { log.write("a") }
            do {
                return [first, try await context.activity(charge, 2)]
            } catch let error as ActivityFailed {
                return [first, "\(error.activity) \(error.message) \(error.type)"]
            }
        }
        let server = try await survivesEveryCrash(workflow, log: log) { key, _ in
            key.rawValue.hasSuffix("#1")
                ? .complete(Array(#""paid""#.utf8))
                : .fail(Failure(message: "declined", type: "Declined", isNonRetryable: true))
        }
        #expect(server.outcome == json(#"["paid","charge declined Declined"]"#))
        #expect(server.outcomes == ["activity:charge#1", "step:a#1", "activity:charge#2"])
        let spec = server.story.compactMap { if case .activityScheduled(_, let spec) = $0 { spec } else { nil } }.first
        #expect(
            spec
                == ActivitySpec(
                    name: "charge", service: "bank", input: Array("1".utf8),
                    retry: AetherRuntime.RetryPolicy(
                        initialMilliseconds: 200, factor: 3, maximumMilliseconds: 30_000, attempts: 5),
                    startToCloseMilliseconds: 7_200_000, scheduleToCloseMilliseconds: 86_400_000,
                    heartbeatMilliseconds: 3_600_000)
        )
    }

    /// Cancels a run while it waits for an activity that some worker has.
    private func cancelled(
        _ cancellation: Aether.ActivityCancellation, _ last: @Sendable (TestServer) -> Void = { _ in }
    ) async -> TestServer {
        let charge = charge
        let workflow = client.workflow("test") { context -> String in
            try await context.activity(charge, 1, cancellation: cancellation)
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await server.until { $0.restCount == 1 }
        server.beginActivity(key)
        server.cancel()
        last(server)
        _ = await outcome
        return server
    }

    @Test("that are cancelled end at once; the activity is told, or not if it is to be abandoned")
    func tryAndAbandon() async {
        let tried = await cancelled(.try)
        #expect(tried.outcome == .cancelled)
        #expect(tried.story.contains(.operationCancelled(key: key)))
        let abandoned = await cancelled(.abandon)
        #expect(abandoned.outcome == .cancelled)
        #expect(!abandoned.story.contains(.operationCancelled(key: key)))
    }

    @Test("that are cancelled and wait return what the activity does in the end")
    func wait() async throws {
        let key = key
        let server = await cancelled(.wait) { server in
            server.answer(key, .complete(Array(#""paid""#.utf8)))
        }
        #expect(server.outcome == json(#""paid""#))
        let workflow = { [charge] in
            client.workflow("test") { context -> String in
                try await context.activity(charge, 1, cancellation: .wait)
            }
        }()
        for count in server.commits {
            let other = try TestServer(crashing: server, after: count)
            async let again = other.run(workflow)
            await other.until { $0.restCount >= 1 || $0.outcome != nil }
            other.answer(key, .complete(Array(#""paid""#.utf8)))
            #expect(await again == server.outcome, "after entry \(count)")
        }
    }
}
