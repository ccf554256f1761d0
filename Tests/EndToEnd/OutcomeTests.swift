import Aether
import Foundation
import Testing

@Suite("Outcomes", .timeLimit(.minutes(5)))
struct OutcomeTests {
    @Test("a step that throws: the run is FAILED, its error names the step and the message, and startAndWait throws it")
    func failingStep() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let workflows = Workflows(server)
        let error = await #expect(throws: WorkflowFailed.self) {
            try await workflows.failing.startAndWait(1, id: "f1")
        }
        #expect(error?.step == "charge")
        #expect(error?.message == "card declined")
        #expect(error?.type == "CardDeclined")
        let status = try await workflows.failing.handle("f1").status()
        #expect(status.state == .failed)
        #expect(status.error.contains("\"charge\"") && status.error.contains("card declined"))
        let shown = try await bed.aether("status", "f1", server: server)
        #expect(shown.code == 0 && shown.output.contains { $0.contains("card declined") })
        let waited = try await bed.aether(
            "workflow", "start", "failing", "--input", "1", "--wait", server: server)
        #expect(waited.code == 1 && waited.errors.contains("charge") && waited.errors.contains("card declined"))
        await worker.kill()
    }

    @Test("cancel during a step: the step throws, the clean-up runs, the run is CANCELLED")
    func cancelDuringStep() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let workflows = Workflows(server)
        let handle = try await workflows.stubborn.start(bed.path("c1"), id: "c1")
        await output.wait(for: "waiting")
        try await handle.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
        #expect(try bed.lines(of: "c1") == ["cleaned up"])
        let again = await #expect(throws: AetherError.self) { try await handle.cancel() }
        #expect(again?.code == .failedPrecondition)
        let kinds = try await bed.history("c1", server).map(\.kind)
        #expect(kinds == ["STARTED", "ASSIGNED", "CANCEL_REQUESTED", "STEP_COMPLETED", "CLOSED"])
        await worker.kill()
    }

    @Test("a cancel that finds no worker waits for the next, which replays up to it and cleans up")
    func cancelBetweenWorkers() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let first = try bed.startWorker(server, id: "w1")
        var output = LineReader(first)
        let workflows = Workflows(server)
        let handle = try await workflows.stubborn.start(bed.path("c2"), id: "c2")
        await output.wait(for: "waiting")
        await first.kill()
        try await handle.cancel()
        let second = try bed.startWorker(server, id: "w2")
        await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
        #expect(try bed.lines(of: "c2") == ["cleaned up"])
        await second.kill()
    }

    @Test("a cancel while the worker is away reaches it when it is back with its run")
    func cancelWhileWorkerIsAway() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        for round in 1...5 {
            let handle = try await Workflows(server).stubborn.start(bed.path("away-\(round)"), id: "away-\(round)")
            await output.wait(for: "waiting")
            await server.process.kill()
            server = try await bed.startServer(port: server.port)
            try await handle.cancel()
            await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
            #expect(try bed.lines(of: "away-\(round)") == ["cleaned up"])
        }
    }

    @Test("async let branches replay by their keys: a second worker repeats none of them")
    func concurrentSteps() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let workflows = Workflows(server)
        for round in 1...5 {
            let first = try bed.startWorker(server, id: "first-\(round)")
            var output = LineReader(first)
            let handle = try await workflows.concurrent.start(bed.path("p\(round)"), id: "p\(round)")
            await output.wait(for: "c")
            await first.kill()
            let second = try bed.startWorker(server, id: "second-\(round)")
            #expect(try await handle.result() == ["a", "b", "c"])
            let lines = try bed.lines(of: "p\(round)")
            #expect(lines.filter { $0 == "a" }.count == 1 && lines.filter { $0 == "b" }.count == 1)
            await second.kill()
        }
    }
}
