import AetherRuntime
import Foundation
import Testing

@testable import Aether

@Suite("Sleeps", .timeLimit(.minutes(5)))
struct SleepTests {
    private let client = AetherClient()

    @Test("last as long as was said, begin once, and are over on every replay")
    func sleep() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> [Int64] in
            let before = context.now
            try await context.sleep(.minutes(5))
            let after = context.now
            try await context.step("a") { log.write("a") }
            try await context.sleep(.zero)
            return [Int64((after.timeIntervalSince(before) * 1000).rounded())]
        }
        let server = TestServer()
        let outcome = await server.run(workflow)
        guard case .completed(let bytes) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        let slept = try JSONDecoder().decode([Int64].self, from: Data(bytes))
        #expect(slept[0] >= 300_000)
        #expect(server.outcomes == ["sleep:#1", "step:a#1", "sleep:#2"])
        let starts = server.journal.filter { if case .timerStarted = $0.event { true } else { false } }
        #expect(starts.count == 2)
        for count in starts.map({ Int($0.sequence) }) {
            let other = try TestServer(crashing: server, after: count)
            await other.run(workflow)
            #expect(other.outcomes == server.outcomes)
            #expect(other.journal.filter { if case .timerStarted = $0.event { true } else { false } }.count == 2)
        }
    }

    @Test("until an instant end then; one that is past is over at once")
    func until() async throws {
        let workflow = client.workflow("test") { context -> Bool in
            try await context.sleep(until: Date(timeIntervalSince1970: 3600.0005))
            let isLater = context.now >= Date(timeIntervalSince1970: 3600)
            try await context.sleep(until: Date(timeIntervalSince1970: -1))
            return isLater
        }
        let server = TestServer()
        #expect(await server.run(workflow) == json("true"))
        let due = server.journal.compactMap { entry -> Int64? in
            if case .timerStarted(_, let time) = entry.event { time.rawValue } else { nil }
        }
        #expect(due.first == 3_600_001)
    }

    @Test("in branches are over in the order of their times, and a race with one is a time limit")
    func branches() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> String in
            try await context.parallel(over: [30, 10, 20]) { minutes in
                try await context.sleep(.minutes(minutes))
            }
            let winner = try await context.race(
                {
                    try await context.sleep(.seconds(1))
                    return "limit"
                },
                {
                    try await context.signal("never")
                    return "signal"
                })
            try await context.step("after") { log.write("after") }
            return winner
        }
        let server = try await survivesEveryCrash(workflow, log: log)
        #expect(server.outcome == json(#""limit""#))
        #expect(server.outcomes.prefix(3).map { $0.split(separator: "/")[1] } == ["1", "2", "0"])
    }

    @Test("end with CancellationError when the run is cancelled, and the clean-up may sleep again")
    func cancel() async throws {
        let workflow = client.workflow("test") { context -> Int in
            do {
                try await context.sleep(.hours(1))
            } catch is CancellationError {
                try await context.sleep(.seconds(1))
                throw CancellationError()
            }
            return 1
        }
        let server = TestServer { key, _ in key.rawValue == "sleep:#2" ? .due : .nothing }
        async let outcome = server.run(workflow)
        await server.until { $0.restCount == 1 }
        server.cancel()
        #expect(await outcome == .cancelled)
        #expect(server.story.contains(.operationCancelled(key: OperationKey(rawValue: "sleep:#1"))))
        for count in server.commits {
            let other = try TestServer(crashing: server, after: count)
            async let again = other.run(workflow)
            if !other.journal.contains(where: { $0.event == .cancelRequested }) {
                // The first timer is due by then: the cancel comes after it or before, as it may.
                await other.until { $0.restCount >= 1 || $0.outcome != nil }
                other.cancel()
            }
            #expect(await again != nil)
        }
    }
}
