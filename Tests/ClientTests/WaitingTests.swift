import AetherRuntime
import Testing

@testable import Aether

@Suite("A run that only waits", .timeLimit(.minutes(5)))
struct WaitingTests {
    private let client = AetherClient()

    @Test("says so, up to which entry it knows, and only once for each place in the journal")
    func places() async throws {
        let workflow = client.workflow("test") { context -> Int in
            try await context.step("a") {}
            try await context.sleep(.seconds(1))
            try await context.parallel(
                { try await context.signal("one") },
                { try await context.signal("two") })
            return 1
        }
        let server = TestServer { _, kind in
            switch kind {
            case .timer: .due
            case .signal(let name, _): name == "one" ? .signal([]) : .signal([])
            default: .nothing
            }
        }
        #expect(await server.run(workflow) == json("1"))
        let waits = server.journal.filter { entry in
            switch entry.event {
            case .timerStarted, .signalConsumed(key: OperationKey(rawValue: "parallel:#1/0/signal:one#1"), _): true
            case .signalAwaited(let key, _, _): key.rawValue.contains("two")
            default: false
            }
        }
        #expect(server.waitingPlaces == waits.map(\.sequence))
    }

    @Test("is not one with a step under way or something unreported")
    func steps() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let workflow = client.workflow("test") { context -> Int in
            try await context.parallel(
                { try await context.signal("go") },
                {
                    try await context.step("long") {
                        hasBegun.open()
                        await isDone.wait()
                    }
                })
            return 1
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await hasBegun.wait()
        await server.until { $0.story.contains { if case .signalAwaited = $0 { true } else { false } } }
        #expect(server.restCount == 0)
        isDone.open()
        await server.until { $0.restCount == 1 }
        server.signal("go", "null", id: "1")
        #expect(await outcome == json("1"))
    }

    @Test("passes over entries that it is told of again")
    func duplicates() async throws {
        let workflow = client.workflow("test") { context -> [Int] in
            let first = try await context.signal("number", as: Int.self)
            return [first, try await context.signal("number", as: Int.self)]
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await server.until { $0.restCount == 1 }
        server.signal("number", "1", id: "one")
        await server.until { $0.restCount == 2 }
        #expect(server.run?.takePlace().sequence == server.journal.last?.sequence)
        server.pushAgain(server.journal)
        await server.until { $0.restCount == 3 }
        server.pushAgain(server.journal.suffix(2))
        server.signal("number", "2", id: "two")
        #expect(await outcome == json("[1,2]"))
    }

    @Test("can be given back, but none that has something to do")
    func evict() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let workflow = client.workflow("test") { context -> Int in
            try await context.step("a") {
                hasBegun.open()
                await isDone.wait()
            }
            try await context.signal("go")
            return 1
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await hasBegun.wait()
        let run = try #require(server.run)
        #expect(!run.evict())
        isDone.open()
        await server.until { $0.restCount == 1 }
        #expect(run.evict())
        #expect(!run.evict())
        let report = try #require(run.takeReport())
        #expect(report.givesBack)
        #expect(report.waitingAt == server.journal.last?.sequence)
        // What comes now is for the next worker.
        #expect(run.deliver([]) == .nothing)
        #expect(run.acknowledge([]).hasEnded)
        run.drop()
        #expect(await outcome == nil)
    }

    @Test("is told again that it waits, should the server have forgotten, and no other is")
    func again() async throws {
        let workflow = client.workflow("test") { context in try await context.signal("go") }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await server.until { $0.restCount == 1 && $0.waitingPlaces.count == 1 }
        let run = try #require(server.run)
        #expect(run.tellWaitingAgain())
        server.report(run)
        #expect(server.waitingPlaces.count == 2)
        #expect(server.waitingPlaces[0] == server.waitingPlaces[1])
        server.signal("go", "null", id: "1")
        #expect(await outcome == json("null"))
        #expect(!run.tellWaitingAgain())
    }
}
