import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Load", .serialized, .timeLimit(.minutes(5)))
struct LoadTests {
    @Test("1,000 workflows of 10 steps at once, L2, one worker: all complete, in far fewer commits than steps")
    func groupCommit() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let workflows = Workflows(server)
        let began = ContinuousClock.now
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<1000 {
                group.addTask { try await workflows.tenSteps.startAndWait(number, id: "load-\(number)") }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        let took = began.duration(to: .now)
        #expect(sums.sorted() == (0..<1000).map { $0 * 55 })
        let counts = try await bed.metrics(server)
        let commits = try #require(counts["aether_commits_total"])
        let rate = Int(10_000 / (took / .seconds(1)))
        print("load: 10,000 durable steps in \(took), \(rate) steps/s, \(Int(commits)) commits (debug build)")
        #expect(commits < 5000)
        #expect(try await bed.history("load-7", server).count == 13)
        await worker.kill()
    }

    @Test("SIGTERM under load: exit code 0, and everything acknowledged is there after the restart")
    func gracefulStop() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer(flags: ["--worker-grace-ms", "60000"])
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let workflows = Workflows(server)
        var handles: [WorkflowHandle<Int>] = []
        for number in 0..<50 {
            let input = LinesInput(path: bed.path("run-\(number)"), steps: 20)
            handles.append(try await workflows.lines.start(input, id: "run-\(number)"))
        }
        await output.wait(for: "ran", count: 200)
        let began = ContinuousClock.now
        server.process.send(SIGTERM)
        #expect(await server.process.exitCode() == 0)
        #expect(began.duration(to: .now) < .seconds(5))
        server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "60000"])
        for handle in handles {
            #expect(try await handle.result() == 20)
            #expect(try bed.lines(of: handle.id) == (1...20).flatMap { ["run \($0)", "ack \($0)"] })
        }
    }

    @Test("10,000 workflows sleep 1 s to 60 s at once on one server and one worker: each wakes once, none early")
    func sleepers() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let script = Workflows(server).script
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10_000 {
                group.addTask {
                    let milliseconds = 1000 + number * 59_000 / 9_999
                    let began = ContinuousClock.now
                    let result = try await script.startAndWait(
                        Script(bed.path("x"), [.sleep(milliseconds: milliseconds)]), id: "sleeper-\(number)")
                    #expect(result == ["slept"])
                    #expect(began.duration(to: .now) >= .milliseconds(milliseconds))
                }
            }
            try await group.waitForAll()
        }
        let history = try await bed.history("sleeper-9999", server)
        #expect(history.count { $0.kind == "TIMER_FIRED" } == 1)
        await worker.kill()
    }

    @Test("1,000 children of one parent: each runs once, and the parent has all their results")
    func children() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let children = (0..<1000).map { [Script.Operation.child("child-\($0)", [.step("\($0)")])] }
        let began = ContinuousClock.now
        let result = try await Workflows(server).script.startAndWait(
            Script(bed.path("s"), [.parallel(children)]), id: "parent")
        print("load: 1,000 children in \(began.duration(to: .now)) (debug build)")
        #expect(result == (0..<1000).map { "\($0)" })
        #expect(try bed.lines(of: "s").count == 1000)
        await worker.kill()
    }

    @Test("a history of 50,000 steps: another worker replays it, in bounded memory", arguments: [false, true])
    func longHistory(isSequential: Bool) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let first = try bed.startWorker(server, id: "w1")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .steps(50_000, isSequential: isSequential), .signal("go")), id: "long")
        try await handle.untilItWaits(for: "signal")
        await first.kill()
        try await handle.signal("go", "on")
        let second = try bed.startWorker(server, id: "w2")
        var output = LineReader(second)
        await output.wait(for: "started")
        let began = ContinuousClock.now
        #expect(try await handle.result() == ["50000 steps", "on"])
        let (worker, serving) = (try second.peakMemoryMegabytes(), try server.process.peakMemoryMegabytes())
        print(
            "load: 50,000 \(isSequential ? "sequential" : "concurrent") steps replayed in \(began.duration(to: .now)), worker \(worker) MB, server \(serving) MB"
        )
        #expect(worker < 500 && serving < 500)
        await second.kill()
    }
}
