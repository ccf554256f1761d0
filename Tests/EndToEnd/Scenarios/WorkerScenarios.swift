import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: workers and clients", .timeLimit(.minutes(5)))
struct WorkerScenarios {
    @Test(
        "27: a worker is stopped (SIGSTOP) past its lease and wakes: its reports are refused, its run goes on elsewhere, once"
    )
    func zombie() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "100"])
        let zombie = try bed.startWorker(server, id: "w1")
        var output = LineReader(zombie)
        try bed.makeGate("gate", of: "s")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .step("first"), .gate("gate"), .step("last")), id: "s")
        await output.wait(for: "at gate")
        zombie.send(SIGSTOP)
        let other = try bed.startWorker(server, id: "w2")
        try await handle.until { $0.attempt == 2 }
        try bed.openGate("gate", of: "s")
        zombie.send(SIGCONT)
        #expect(try await handle.result() == ["first", "gate", "last"])
        #expect(try bed.lines(of: "s") == ["first", "last"])
        let history = try await bed.history("s", server)
        #expect(history.filter { $0.kind == "ASSIGNED" }.map(\.worker) == ["w1", "w2"])
        // It is a worker again.
        await other.kill()
        #expect(try await Workflows(server).script.startAndWait(bed.script("t", .step("x")), id: "t") == ["x"])
        await zombie.kill()
    }

    @Test("29: a workflow type nobody serves, then a worker connects: stays PENDING with the reason, then runs")
    func lateWorker() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let handle = try await Workflows(server).script.start(bed.script("s", .step("x")), id: "s")
        let status = try await handle.status()
        #expect(status.state == .pending)
        #expect(status.reason.contains("no connected worker offers the workflow type \"script\""))
        let worker = try bed.startWorker(server, id: "w1")
        #expect(try await handle.result() == ["x"])
        await worker.kill()
    }

    @Test("30: max_tasks 1 and ten workflows: never two at once on that worker")
    func onePlace() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1", maximumTasks: 1)
        // Each has two steps in a row, after a sleep they all wait for together.
        try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<10 {
                group.addTask {
                    try await Workflows(server).script.startAndWait(
                        Script(
                            bed.path("s"),
                            [
                                .step("\(number)"), .step("\(number)"), .sleep(milliseconds: 200), .step("\(number)"),
                                .step("\(number)"),
                            ]),
                        id: "run-\(number)")
                }
            }
            for try await result in group { #expect(result.count == 5) }
        }
        let lines = try bed.lines(of: "s")
        #expect(lines.count == 40)
        for pair in stride(from: 0, to: 40, by: 2) {
            #expect(lines[pair] == lines[pair + 1], "two at once: \(lines)")
        }
        await worker.kill()
    }

    @Test("30b: max_tasks 1: a parent, its children and their activities share the one place")
    func onePlaceForAll() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1", maximumTasks: 1)
        let result = try await Workflows(server).script.startAndWait(
            bed.script(
                "s",
                .parallel(
                    (0..<3).map { [.child("c\($0)", [.activity(.succeed), .sleep(milliseconds: 5), .step("x")])] })),
            id: "parent")
        #expect(result == (0..<3).flatMap { _ in ["attempt 1 on w1", "slept", "x"] })
        await worker.kill()
    }

    @Test("a worker that may keep 5 runs in memory serves 100 that wait, each evicted and replayed")
    func eviction() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1", maximumRuns: 5)
        var handles: [WorkflowHandle<[String]>] = []
        for number in 0..<100 {
            handles.append(
                try await Workflows(server).script.start(
                    bed.script("s", .step("before-\(number)"), .signal("go"), .step("after-\(number)")),
                    id: "run-\(number)"))
        }
        for handle in handles { try await handle.untilItWaits(for: "signal") }
        // Those that the worker gave back have left the server's memory too, a while after their status was asked for.
        while try await bed.metrics(server)["aether_workflows_in_memory"] ?? 100 > 5 { try Task.checkCancellation() }
        for (number, handle) in handles.enumerated() { try await handle.signal("go", "\(number)") }
        for (number, handle) in handles.enumerated() {
            #expect(try await handle.result() == ["before-\(number)", "\(number)", "after-\(number)"])
        }
        #expect(try bed.lines(of: "s").count == 200)
        let evicted = try await bed.history("run-0", server).count { $0.kind == "RELEASED" }
        #expect(evicted >= 1)
        await worker.kill()
    }

    @Test("32: two workers, affinity: a run's later tasks go to the worker that has it in memory")
    func affinity() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let workers = [try bed.startWorker(server, id: "w1"), try bed.startWorker(server, id: "w2")]
        for number in 0..<10 {
            _ = try await Workflows(server).script.startAndWait(
                bed.script("s", .step("a"), .sleep(milliseconds: 10), .step("b"), .sleep(milliseconds: 10), .step("c")),
                id: "run-\(number)")
            #expect(try await bed.history("run-\(number)", server).count { $0.kind == "ASSIGNED" } == 1)
        }
        for worker in workers { await worker.kill() }
    }

    @Test("33: two clients await one result, one disconnects: the other gets it")
    func twoWaiters() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let handle = try await Workflows(server).script.start(bed.script("s", .step("x")), id: "s")
        let leaving = Task { try await Workflows(server).script.handle("s").result() }
        async let staying = handle.result()
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        let worker = try bed.startWorker(server, id: "w1")
        #expect(try await staying == ["x"])
        await worker.kill()
    }

    @Test("35: the server is gone for 30 s while workers and clients wait: all reconnect, all complete, nothing double")
    func longOutage() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let workers = [try bed.startWorker(server, id: "w1"), try bed.startWorker(server, id: "w2")]
        var output = LineReader(workers[0])
        try await bed.untilConnected(2, server)
        let script = Workflows(server).script
        try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<40 {
                group.addTask {
                    let steps = (0..<20).flatMap { [Script.Operation.step("\($0)"), .sleep(milliseconds: 20)] }
                    let handle = try await script.start(Script(bed.path("run-\(number)"), steps), id: "run-\(number)")
                    return try await handle.result()
                }
            }
            await output.wait(for: "ran", count: 60)
            await server.process.kill()
            // The outage itself: nothing is waited for.
            try await Task.sleep(for: .seconds(30))
            server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "60000"])
            for try await result in group { #expect(result.count == 40) }
        }
        for number in 0..<40 { #expect(try bed.lines(of: "run-\(number)") == (0..<20).map { "\($0)" }) }
        for worker in workers { await worker.kill() }
    }
}
