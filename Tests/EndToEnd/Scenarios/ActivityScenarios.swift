import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: activities", .timeLimit(.minutes(5)))
struct ActivityScenarios {
    @Test("22: an activity stops heartbeating: attempt 2 elsewhere; the late completion of attempt 1 refused")
    func silent() async throws {
        try await overTime(Script.Operation.Limits(heartbeatMilliseconds: 300), reason: "heartbeat")
    }

    @Test("23: an activity over its start-to-close time: retried; late result ignored")
    func overTime() async throws {
        try await overTime(Script.Operation.Limits(timeoutMilliseconds: 300), reason: "took longer")
    }

    private func overTime(_ limits: Script.Operation.Limits, reason: String) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let workers = [try bed.startWorker(server, id: "w1"), try bed.startWorker(server, id: "w2")]
        try bed.makeGate("gate", of: "s")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .activity(.gate("gate", heartbeats: false), limits)), id: "s")
        let result = try await handle.result()
        let lines = try bed.lines(of: "s").filter { $0.hasPrefix("attempt") }
        #expect(lines.count == 2 && result == [lines.last])
        #expect(Set(lines.compactMap { $0.split(separator: " ").last }).count == 2, "both on one worker: \(lines)")
        try bed.openGate("gate", of: "s")
        let history = try await bed.history("s", server)
        let failed = history.filter { $0.kind == "ACTIVITY_ATTEMPT_FAILED" }
        #expect(failed.count == 1 && failed.first?.failure?.message.contains(reason) == true)
        #expect(history.filter { $0.kind == "ACTIVITY_COMPLETED" }.map(\.attempt) == [2])
        for worker in workers { await worker.kill() }
    }

    @Test(
        "24: cancel an activity: try, wait, abandon: the three documented outcomes",
        arguments: [Script.Operation.Cancellation.try, .wait, .abandon])
    func cancel(_ cancellation: Script.Operation.Cancellation) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let activity = Script.Operation.activity(
            .gate("gate", heartbeats: cancellation != .abandon), cancellation: cancellation)
        let handle = try await Workflows(server).script.start(
            bed.script("s", .compensate("undone"), activity), id: "s")
        await output.wait(for: "working gate")
        try await handle.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
        switch cancellation {
        case .wait:
            #expect(try bed.lines(of: "s") == ["attempt 1 on w1", "cancelled", "undone"])
        case .try:
            await output.wait(for: "cancelled")
            #expect(try bed.lines(of: "s").contains("undone"))
        case .abandon:
            #expect(try bed.lines(of: "s") == ["attempt 1 on w1", "undone"])
            try bed.openGate("gate", of: "s")
            await output.wait(for: "passed")
        }
        await worker.kill()
    }

    @Test("an activity that fails is tried again, each attempt with its error in the history")
    func retries() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let script = Workflows(server).script
        #expect(
            try await script.startAndWait(bed.script("s", .activity(.fail(times: 2))), id: "s")
                == ["attempt 3 on w1"])
        let failed = try await bed.history("s", server).filter { $0.kind == "ACTIVITY_ATTEMPT_FAILED" }
        #expect(failed.map(\.failure?.message) == ["failure 1", "failure 2"])
        let error = await #expect(throws: WorkflowFailed.self) {
            try await script.startAndWait(bed.script("t", .activity(.fail(times: 9, isRetryable: false))), id: "t")
        }
        #expect(error?.message == "failure 1")
        #expect(try bed.lines(of: "t").count == 1)
        await worker.kill()
    }

    @Test("an activity whose worker is killed is done by another")
    func workerKilled() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "100"])
        let first = try bed.startWorker(server, id: "w1")
        var output = LineReader(first)
        try bed.makeGate("gate", of: "s")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .activity(.gate("gate", heartbeats: false))), id: "s")
        await output.wait(for: "working gate")
        await first.kill()
        let second = try bed.startWorker(server, id: "w2")
        #expect(try await handle.result() == ["attempt 2 on w2"])
        await second.kill()
    }
}
