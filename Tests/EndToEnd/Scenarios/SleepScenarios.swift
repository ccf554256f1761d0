import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: sleep", .timeLimit(.minutes(5)))
struct SleepScenarios {
    @Test("3: kill the worker during a sleep: it wakes once, not before its time, on another worker")
    func killDuringSleep() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "100"])
        let first = try bed.startWorker(server, id: "w1")
        let handle = try await Workflows(server).script.start(
            // Long enough to be killed in, however busy the machine is.
            bed.script("s", .sleep(milliseconds: 10_000), .step("after")), id: "s")
        try await handle.untilItWaits(for: "timer")
        await first.kill()
        let second = try bed.startWorker(server, id: "w2")
        #expect(try await handle.result() == ["slept", "after"])
        let history = try await bed.history("s", server)
        let started = try #require(history.first { $0.kind == "TIMER_STARTED" })
        let fired = history.filter { $0.kind == "TIMER_FIRED" }
        #expect(fired.count == 1)
        #expect(try #require(fired.first).milliseconds - started.milliseconds >= 10_000)
        #expect(history.last { $0.kind == "ASSIGNED" }?.worker == "w2")
        #expect(try bed.lines(of: "s") == ["after"])
        await second.kill()
    }

    @Test("4: 50 workflows × 20 sleeps: all complete")
    func manySleeps() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let sleeps = [Script.Operation](repeating: .sleep(milliseconds: 5), count: 20)
        try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await Workflows(server).script.startAndWait(Script(bed.path("x"), sleeps), id: "s\(number)")
                }
            }
            for try await result in group { #expect(result.count == 20) }
        }
        await worker.kill()
    }

    @Test("10: cancel during a sleep: CANCELLED at once")
    func cancelDuringSleep() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .compensate("undone"), .sleep(milliseconds: 3_600_000)), id: "s")
        try await handle.untilItWaits(for: "timer")
        try await handle.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
        #expect(try bed.lines(of: "s") == ["undone"])
        await worker.kill()
    }

    @Test("a sleep survives that server and worker are both gone when it is due")
    func bothGone() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let handle = try await Workflows(server).script.start(bed.script("s", .sleep(milliseconds: 10_000)), id: "s")
        try await handle.untilItWaits(for: "timer")
        await worker.kill()
        await server.process.kill()
        server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "50"])
        let second = try bed.startWorker(server, id: "w2")
        #expect(try await handle.result() == ["slept"])
        await second.kill()
    }
}
