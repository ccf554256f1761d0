import AetherRuntime
import Synchronization
import Testing

@testable import Aether

@Suite("A worker's places and memory", .timeLimit(.minutes(5)))
struct PlaceTests {
    private let client = AetherClient()

    @Test("as many runs are at work as there are places, however many are woken at once, in the order of their waking")
    func places() async throws {
        let running = Mutex((now: 0, most: 0))
        let log = Log()
        let pair = Gate()
        let workflow = client.workflow("test") { context -> Int in
            try await context.signal("go")
            try await context.step("work") {
                let now = running.withLock { running in
                    running.now += 1
                    running.most = max(running.most, running.now)
                    return running.now
                }
                log.write(context.info.id)
                if now >= 2 { pair.open() }
                await pair.wait()
                // Enough for others to come in, if they could.
                for _ in 0..<1000 { await Task.yield() }
                running.withLock { $0.now -= 1 }
            }
            return 1
        }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            $0.maximumConcurrentTasks = 2
        } _: {
            let ids = (1...6).map { "run-\($0)" }
            for id in ids { server.start(id, type: "test") }
            // All of them wait: those that wait have no place.
            await server.until { state in state.runs.values.allSatisfy { $0.waitingAt != nil } }
            for id in ids { server.signal(id, "go") }
            for id in ids { #expect(await server.untilClosed(id) == json("1")) }
            #expect(running.withLock { $0.most } == 2)
            #expect(Set(log.lines.prefix(2)) == ["run-1", "run-2"])
        }
    }

    @Test("places go to those that wait for them in order, and to nobody once they are closed")
    func order() {
        var places = Places<Int>(limit: 2)
        var claims = (1...5).map { places.claim($0) }
        #expect(claims == [true, true, false, false, false])
        var next = (1...4).map { _ in places.free() }
        #expect(next == [3, 4, 5, nil])
        claims = (6...8).map { places.claim($0) }
        #expect(claims == [true, false, false])
        places.close()
        next = [places.free()]
        #expect(next == [nil])
        claims = [places.claim(9)]
        #expect(claims == [false])
    }

    @Test("one place is enough for a run and the activity it waits for")
    func onePlace() async throws {
        let double = client.activity("double") { (_, number: Int) in number * 2 }
        let workflow = client.workflow("test") { context -> Int in
            try await context.activity(double, try await context.activity(double, 1))
        }
        let server = WorkerServer()
        try await serving([workflow, double], on: server) {
            $0.maximumConcurrentTasks = 1
        } _: {
            for id in ["run-1", "run-2"] { server.start(id, type: "test") }
            for id in ["run-1", "run-2"] { #expect(await server.untilClosed(id) == json("4")) }
        }
    }

    @Test("when there are too many runs, the one that waited longest goes, and comes back when something happens")
    func eviction() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> String in
            try await context.step("a") { log.write(context.info.id) }
            return try await context.signal("go", as: String.self)
        }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            $0.maximumRunsInMemory = 2
        } _: {
            for id in ["run-1", "run-2", "run-3"] {
                server.start(id, type: "test")
                await server.until { $0.runs[id]?.waitingAt != nil || $0.givenBack.contains(id) }
            }
            await server.until { $0.givenBack == ["run-1"] }
            let released = server.journal("run-1").last?.event
            #expect(released == .released(epoch: 1, reason: .evicted))
            server.signal("run-1", "go", #""back""#)
            #expect(await server.untilClosed("run-1") == json(#""back""#))
            #expect(server.read { $0.runs["run-1"]?.assignments } == 2)
            for id in ["run-2", "run-3"] {
                server.signal(id, "go", #""on""#)
                #expect(await server.untilClosed(id) == json(#""on""#))
            }
            #expect(log.lines == ["run-1", "run-2", "run-3"])
        }
    }

    @Test("a run with a step under way never goes")
    func running() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let busy = client.workflow("busy") { context -> Int in
            try await context.step("a") {
                hasBegun.open()
                await isDone.wait()
            }
            return 1
        }
        let waiting = client.workflow("waiting") { context in try await context.signal("go") }
        let server = WorkerServer()
        try await serving([busy, waiting], on: server) {
            $0.maximumRunsInMemory = 1
        } _: {
            server.start("busy", type: "busy")
            await hasBegun.wait()
            server.start("waiting", type: "waiting")
            await server.until { $0.givenBack == ["waiting"] }
            isDone.open()
            #expect(await server.untilClosed("busy") == json("1"))
            #expect(server.read { $0.givenBack } == ["waiting"])
        }
    }

    @Test("a run that only waits is given back as such when the worker ends")
    func shutdown() async throws {
        let workflow = client.workflow("test") { context in try await context.signal("go") }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            server.start("run-1", type: "test")
            await server.until { $0.runs["run-1"]?.waitingAt != nil }
        }
        #expect(server.journal("run-1").last?.event == .released(epoch: 1, reason: .evicted))
    }

    @Test("what is pushed before a run's function is called waits for it")
    func early() async throws {
        let workflow = client.workflow("test") { context in try await context.signal("go") }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            for number in 1...100 {
                server.start("run-\(number)", type: "test")
                server.cancel("run-\(number)")
            }
            for number in 1...100 { #expect(await server.untilClosed("run-\(number)") == .cancelled) }
        }
    }
}
