import AetherRuntime
import Testing

@testable import Aether

@Suite("Signals and values", .timeLimit(.minutes(5)))
struct SignalTests {
    private let client = AetherClient()

    @Test("are taken once each, in the order in which they came, also those that came before anyone waited")
    func order() async throws {
        let log = Log()
        let hasBegun = Gate()
        let areSent = Gate()
        let workflow = client.workflow("test") { context -> [Int] in
            try await context.step("a") {
                log.write("a")
                hasBegun.open()
                await areSent.wait()
            }
            let first = try await context.signal("number", as: Int.self)
            let second = try await context.signal("number", as: Int.self)
            try await context.signal("go")
            return [first, second]
        }
        let server = TestServer { key, _ in key.name == "go" ? .signal(Array("null".utf8)) : .nothing }
        async let outcome = server.run(workflow)
        await hasBegun.wait()
        server.signal("number", "1", id: "one")
        server.signal("number", "1", id: "one")
        server.signal("number", "2", id: "two")
        areSent.open()
        #expect(await outcome == json("[1,2]"))
        #expect(server.outcomes == ["step:a#1", "signal:number#1", "signal:number#2", "signal:go#1"])
        for count in server.commits where count >= 6 {
            let other = try TestServer(crashing: server, after: count)
            #expect(await other.run(workflow) == json("[1,2]"), "after entry \(count)")
        }
    }

    @Test("that don't come in time throw SignalTimeout, on every replay too")
    func timeout() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> String in
            do {
                return try await context.signal("approve", as: String.self, timeout: .hours(1))
            } catch let error as SignalTimeout {
                try await context.step("a") { log.write("a") }
                return "\(error.name) \(error.timeout)"
            }
        }
        let server = try await survivesEveryCrash(workflow, log: log) { _, _ in .due }
        #expect(server.outcome == json(#""approve 3600.0 seconds""#))
    }

    @Test("that nobody waits for any more, as the wait was cancelled, go to the next who waits")
    func cancel() async throws {
        let workflow = client.workflow("test") { context -> String in
            try await context.race(
                { try await context.signal("name", as: String.self) },
                {
                    try await context.sleep(.seconds(1))
                    return "none"
                })
            return try await context.signal("name", as: String.self)
        }
        let server = TestServer { key, kind in
            switch kind {
            case .timer: .due
            case .signal where key.scope.isEmpty: .signal(Array(#""late""#.utf8))
            default: .nothing
            }
        }
        let outcome = await server.run(workflow)
        #expect(outcome == json(#""late""#))
        #expect(server.story.contains(.operationCancelled(key: OperationKey(rawValue: "race:#1/0/signal:name#1"))))
        for count in server.commits {
            let other = try TestServer(crashing: server, after: count)
            #expect(await other.run(workflow) == outcome, "after entry \(count)")
        }
    }

    @Test("values are set for others to read, in order, and once")
    func values() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> Int in
            for number in 1...3 {
                try await context.set("progress", number)
                try await context.step("a\(number)") { log.write("a\(number)") }
            }
            return 3
        }
        let server = try await survivesEveryCrash(workflow, log: log)
        #expect(server.value("progress") == Array("3".utf8))
        let sets = server.outcomes.filter { $0.hasPrefix("set:") }
        #expect(sets == ["set:progress#1", "set:progress#2", "set:progress#3"])
    }
}
