import AetherRuntime
import Synchronization
import Testing

@testable import Aether

@Suite("Branches", .timeLimit(.minutes(5)))
struct BranchTests {
    struct Broken: Error, CustomStringConvertible {
        var description: String { "broken" }
    }

    private let client = AetherClient()

    @Test("of parallel give their values in order, and keep their operations apart by scopes")
    func parallel() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> [Int] in
            let first = try await context.parallel(
                { try await context.step("a") { 1 } },
                {
                    let two = try await context.step("a") { 2 }
                    return try await context.step("a") { two + 1 }
                },
                { 9 })
            let second = try await context.parallel(over: ["x", "y"]) { name in
                try await context.parallel({ try await context.step(name) { 5 } })[0]
            }
            return first + second
        }
        let server = try await survivesEveryCrash(workflow, log: log)
        #expect(server.outcome == json("[1,3,9,5,5]"))
        #expect(
            Set(server.outcomes) == [
                "parallel:#1/0/step:a#1", "parallel:#1/1/step:a#1", "parallel:#1/1/step:a#2",
                "parallel:#2/0/parallel:#1/0/step:x#1", "parallel:#2/1/parallel:#1/0/step:y#1",
            ])
    }

    @Test("of parallel: the first to fail cancels the others, which are awaited, and its error surfaces")
    func parallelFails() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> String in
            let hasBegun = Gate()
            do {
                try await context.parallel(
                    {
                        try await context.step("fail") {
                            await hasBegun.wait()
                            throw Broken()
                        }
                    },
                    {
                        do {
                            try await context.step("endless") {
                                hasBegun.open()
                                try await Task.sleep(for: .seconds(3600))
                            }
                        } catch is CancellationError {
                            log.write("cancelled")
                            throw CancellationError()
                        }
                    })
            } catch let error as StepFailed {
                return try await context.step("caught") { "\(error.step): \(error.message)" }
            }
            return "no error"
        }
        let server = TestServer()
        let outcome = await server.run(workflow)
        #expect(outcome == json(#""fail: broken""#))
        #expect(log.lines == ["cancelled"])
        #expect(server.outcomes == ["parallel:#1/0/step:fail#1", "step:caught#1"])
        for count in 4..<server.journal.count {
            let again = try await TestServer(crashing: server, after: count).run(workflow)
            #expect(again == outcome)
        }
    }

    @Test("over items run as many at once as allowed, and no more")
    func maximumConcurrency() async throws {
        let running = Mutex((now: 0, most: 0))
        let pair = Gate()
        let workflow = client.workflow("test") { context -> [Int] in
            try await context.parallel(over: 1...7, maximumConcurrency: 2) { number in
                try await context.step("work") {
                    let now = running.withLock { running in
                        running.now += 1
                        running.most = max(running.most, running.now)
                        return running.now
                    }
                    if now == 2 { pair.open() }
                    await pair.wait()
                    running.withLock { $0.now -= 1 }
                    return number * number
                }
            }
        }
        let server = TestServer()
        #expect(await server.run(workflow) == json("[1,4,9,16,25,36,49]"))
        #expect(running.withLock { $0.most } == 2)
    }

    @Test("settled give the outcomes of all")
    func settled() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> [String] in
            let outcomes = try await context.settled(
                { try await context.step("one") { "1" } },
                { try await context.step("two") { () -> String in throw Broken() } },
                { throw Broken() })
            return outcomes.map { outcome in
                switch outcome {
                case .success(let value): value
                case .failure(let error): "\(type(of: error))"
                }
            }
        }
        let server = try await survivesEveryCrash(workflow, log: log)
        #expect(server.outcome == json(#"["1","StepFailed","Broken"]"#))
    }

    @Test(
        "of a race: the first to end wins, with a value or an error, and the same one on every replay",
        arguments: [true, false])
    func race(isFailing: Bool) async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> String in
            let isSecondRecorded = Gate()
            do {
                let winner = try await context.race(
                    {
                        try await context.step("slow") {
                            log.write("slow")
                            await isSecondRecorded.wait()
                            return "slow"
                        }
                    },
                    {
                        try await context.step("quick") {
                            log.write("quick")
                            if isFailing { throw Broken() }
                            return "quick"
                        }
                    })
                isSecondRecorded.open()
                return try await context.step("after") { winner }
            } catch let error as StepFailed {
                isSecondRecorded.open()
                return try await context.step("after") { error.message }
            }
        }
        let server = TestServer()
        let outcome = await server.run(workflow)
        #expect(outcome == json(isFailing ? #""broken""# : #""quick""#))
        // Behind the race's decision both are recorded, or will be: the winner stays.
        let decided = try #require(server.journal.firstIndex { $0.event.outcomeKey?.name == "quick" })
        for count in decided + 1..<server.journal.count {
            let before = log.lines.count
            let again = try await TestServer(crashing: server, after: count).run(workflow)
            #expect(again == outcome)
            #expect(log.lines.count == before)
        }
    }

    @Test("of a race whose outcomes are both recorded: the one that the journal has first wins")
    func raceReplays() async throws {
        let workflow = client.workflow("test") { context -> String in
            let both = try await context.settled(
                {
                    try await context.race(
                        { try await context.step("a") { "a" } }, { try await context.step("b") { "b" } })
                })
            return try both[0].get()
        }
        for _ in 0..<50 {
            let server = TestServer()
            let outcome = await server.run(workflow)
            let first = try #require(server.outcomes.first)
            #expect(outcome == json(first.contains("step:a") ? #""a""# : #""b""#))
            #expect(try await TestServer(crashing: server, after: server.journal.count - 1).run(workflow) == outcome)
        }
    }

    @Test("by async let and task groups work too, with keys in the order of the calls")
    func structured() async throws {
        let log = Log()
        let workflow = client.workflow("test") { context -> [Int] in
            async let first = context.step("s") { 1 }
            async let second = context.step("s") { 2 }
            let pair = try await [first, second]
            let rest = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<3 {
                    group.addTask { (number, try await context.step("g") { number * 10 }) }
                }
                var values = [0, 0, 0]
                for try await (number, value) in group { values[number] = value }
                return values
            }
            return pair + rest
        }
        let server = try await survivesEveryCrash(workflow, log: log)
        #expect(server.outcome == json("[1,2,0,10,20]"))
        let results = Dictionary(
            uniqueKeysWithValues: server.journal.compactMap { entry in
                if case .stepCompleted(let key, let result) = entry.event {
                    (key.rawValue, String(decoding: result, as: UTF8.self))
                } else {
                    nil
                }
            })
        #expect(results == ["step:s#1": "1", "step:s#2": "2", "step:g#1": "0", "step:g#2": "10", "step:g#3": "20"])
    }

    @Test("a cancel reaches the steps of all branches, and settled does not swallow it")
    func cancel() async throws {
        let began = [Gate(), Gate()]
        let workflow = client.workflow("test") { context -> String in
            do {
                _ = try await context.settled(over: [0, 1]) { index in
                    try await context.step("wait") {
                        began[index].open()
                        try await Task.sleep(for: .seconds(3600))
                    }
                }
            } catch is CancellationError {
                try await context.step("clean-up") { 1 }
                throw CancellationError()
            }
            return "not cancelled"
        }
        let server = TestServer()
        async let outcome = server.run(workflow)
        for gate in began { await gate.wait() }
        server.cancel()
        #expect(await outcome == .cancelled)
        #expect(server.outcomes == ["step:clean-up#1"])
    }
}
