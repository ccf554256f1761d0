import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: steps", .timeLimit(.minutes(5)))
struct StepScenarios {
    @Test("1: kill the server right after a step is acknowledged: state kept, step not run again")
    func killAfterStep() async throws { try await stopAfterStep(SIGKILL, exitCode: -SIGKILL) }

    @Test("2: SIGTERM the server mid-run: the same, exit 0, nothing re-run")
    func stopAfterStep() async throws { try await stopAfterStep(SIGTERM, exitCode: 0) }

    private func stopAfterStep(_ signal: Int32, exitCode: Int32) async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .step("first"), .gate("gate"), .step("last")), id: "s")
        await output.wait(for: "at gate")
        server.process.send(signal)
        #expect(await server.process.exitCode() == exitCode)
        // Another worker goes on, from nothing but the journal.
        await worker.kill()
        server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "50"])
        try bed.openGate("gate", of: "s")
        let second = try bed.startWorker(server, id: "w2")
        #expect(try await handle.result() == ["first", "gate", "last"])
        #expect(try bed.lines(of: "s") == ["first", "last"])
        await second.kill()
    }

    @Test("5: a step with a retry policy fails twice, then passes: 3 attempts in the history, one outcome")
    func retries() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let result = try await Workflows(server).script.startAndWait(
            bed.script("s", .step("flaky", failures: 2, attempts: 5)), id: "s")
        #expect(result == ["flaky"])
        let history = try await bed.history("s", server)
        let failed = history.filter { $0.kind == "STEP_ATTEMPT_FAILED" }
        #expect(failed.map(\.attempt) == [1, 2])
        #expect(failed.map(\.failure?.message) == ["failure 1", "failure 2"])
        #expect(history.filter { $0.kind == "STEP_COMPLETED" }.count == 1)
        #expect(try bed.lines(of: "s").count == 3)
        await worker.kill()
    }

    @Test("5b: attempts are counted over a crash of the worker")
    func retriesOverCrash() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        var worker = try bed.startWorker(server, id: "w0")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .step("flaky", failures: 1000, attempts: 100)), id: "s")
        for round in 1...3 {
            var output = LineReader(worker)
            await output.wait(for: "ran flaky", count: 2)
            await worker.kill()
            worker = try bed.startWorker(server, id: "w\(round)")
        }
        let error = await #expect(throws: WorkflowFailed.self) { try await handle.result() }
        #expect(error?.message == "failure 100")
        let attempts = try await bed.history("s", server).filter { $0.kind == "STEP_ATTEMPT_FAILED" }.map(\.attempt)
        #expect(attempts == Array(1...99))
        await worker.kill()
    }

    @Test("6: retries used up: FAILED with the exact last error, step named")
    func retriesUsedUp() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let error = await #expect(throws: WorkflowFailed.self) {
            try await Workflows(server).script.startAndWait(
                bed.script("s", .step("flaky", failures: 9, attempts: 3)), id: "s")
        }
        #expect(error?.message == "failure 3" && error?.step == "flaky")
        #expect(try bed.lines(of: "s").count == 3)
        await worker.kill()
    }

    @Test("7: a non-retryable error: one attempt")
    func nonRetryable() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        await #expect(throws: WorkflowFailed.self) {
            try await Workflows(server).script.startAndWait(
                bed.script("s", .step("flaky", failures: 9, attempts: 3, isRetryable: false)), id: "s")
        }
        #expect(try bed.lines(of: "s") == ["flaky"])
        await worker.kill()
    }

    @Test("a step over its time limit is tried again as its policy says, and fails with the limit")
    func timeLimit() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let error = await #expect(throws: WorkflowFailed.self) {
            try await Workflows(server).script.startAndWait(
                bed.script("s", .hang("long", timeoutMilliseconds: 50, attempts: 2)), id: "s")
        }
        #expect(error?.step == "long" && error?.message.contains("timed out") == true)
        #expect(try bed.lines(of: "s") == ["long", "long"])
        #expect(try await bed.history("s", server).count { $0.kind == "STEP_ATTEMPT_FAILED" } == 1)
        await worker.kill()
    }

    @Test("8: a step's successor never starts before its result is durable: killed between the two, 100 times")
    func durableBeforeSuccessor() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let port = server.port
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        for round in 1...100 {
            let handle = try await Workflows(server).script.start(
                bed.script("s\(round)", .step("first"), .step("second")), id: "s\(round)")
            await output.wait(for: "ran second")
            await server.process.kill()
            server = try await bed.startServer(port: port, flags: ["--worker-grace-ms", "60000"])
            let history = try await bed.history("s\(round)", server)
            #expect(history.contains { $0.kind == "STEP_COMPLETED" && $0.name == "first" }, "round \(round)")
            #expect(try await handle.result() == ["first", "second"])
            #expect(try bed.lines(of: "s\(round)") == ["first", "second"])
        }
        await worker.kill()
    }

    @Test("9: cancel during a step: CANCELLED, compensation ran")
    func cancelDuringStep() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let handle = try await Workflows(server).script.start(
            bed.script("s", .compensate("one"), .compensate("two"), .hang("long"), .step("never")), id: "s")
        await output.wait(for: "at long")
        try await handle.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await handle.result() }
        #expect(try bed.lines(of: "s") == ["long", "two", "one"])
        await worker.kill()
    }

    @Test("20: a race of two operations: the first wins, the same on every replay")
    func race() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let first = try bed.startWorker(server, id: "w1")
        var output = LineReader(first)
        try bed.makeGate("gate", of: "s")
        let handle = try await Workflows(server).script.start(
            bed.script(
                "s", .race([[.sleep(milliseconds: 3_600_000), .step("slow")], [.step("fast")]]), .gate("gate")),
            id: "s")
        await output.wait(for: "at gate")
        await first.kill()
        try bed.openGate("gate", of: "s")
        let second = try bed.startWorker(server, id: "w2")
        #expect(try await handle.result() == ["fast", "gate"])
        #expect(try bed.lines(of: "s") == ["fast"])
        await second.kill()
    }

    @Test("21: parallel, one branch fails: siblings cancelled, the error surfaces; settled gives all outcomes")
    func parallel() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let branches: [[Script.Operation]] = [
            [.hang("long")], [.step("bad", failures: 1)], [.sleep(milliseconds: 3_600_000)],
        ]
        let error = await #expect(throws: WorkflowFailed.self) {
            try await Workflows(server).script.startAndWait(bed.script("p", .parallel(branches)), id: "p")
        }
        #expect(error?.step == "bad")
        let settled = try await Workflows(server).script.startAndWait(
            bed.script("q", .settled([[.step("good")], [.step("bad", failures: 1)], [.sleep(milliseconds: 5)]])),
            id: "q")
        #expect(settled.count == 3)
        #expect(settled.first?.contains("good") == true && settled.dropFirst().first?.contains("failure 1") == true)
        await worker.kill()
    }

    @Test("31: a million-byte step result; one over the limit: works; a clear error naming step and limit")
    func bigResults() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let workflows = Workflows(server)
        #expect(try await workflows.big.startAndWait(1_000_000).utf8.count == 1_000_000)
        let error = await #expect(throws: WorkflowFailed.self) { try await workflows.big.startAndWait(3_000_000) }
        #expect(error?.step == "grow")
        #expect(error?.message.contains("the limit is 2097152") == true)
        await worker.kill()
    }

    @Test("34: L0, L1, L2 each killed after 100 steps: lost; at most the snapshot lag re-run; nothing re-run")
    func tiers() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let workflows = Workflows(server)
        let steps = (1...100).map { Script.Operation.step("\($0)") }
        var handles: [String: WorkflowHandle<[String]>] = [:]
        for (name, workflow) in [
            ("l0", workflows.memoryScript), ("l1", workflows.snapshotScript), ("l2", workflows.script),
        ] {
            try bed.makeGate("gate", of: name)
            handles[name] = try await workflow.start(
                Script(bed.path(name), steps + [.gate("gate")]), id: name)
        }
        await output.wait(for: "at gate", count: 3)
        await server.process.kill()
        server = try await bed.startServer(port: server.port)
        for name in ["l0", "l1", "l2"] { try bed.openGate("gate", of: name) }
        let lost = await #expect(throws: AetherError.self) { try await handles["l0"]?.result() }
        #expect(lost?.code == .notFound)
        for name in ["l1", "l2"] { #expect(try await handles[name]?.result().count == 101) }
        #expect(try bed.lines(of: "l2").count == 100)
        let again = try bed.lines(of: "l1").count - 100
        #expect((0...64).contains(again))
        #expect(Set(try bed.lines(of: "l1")).count == 100)
        await worker.kill()
    }

    @Test("34: L0, whose worker is killed after 100 steps: another goes on; at most 64 steps run again")
    func worksAhead() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let first = try bed.startWorker(server, id: "w1")
        var output = LineReader(first)
        try bed.makeGate("gate", of: "l0")
        let steps = (1...150).map { Script.Operation.step("\($0)") }
        let handle = try await Workflows(server).memoryScript.start(
            Script(bed.path("l0"), steps.prefix(100) + [.gate("gate")] + steps.suffix(50)), id: "l0")
        await output.wait(for: "at gate", count: 1)
        await first.kill()
        let second = try bed.startWorker(server, id: "w2")
        try bed.openGate("gate", of: "l0")
        #expect(try await handle.result().count == 151)
        let lines = try bed.lines(of: "l0")
        #expect(Set(lines).count == 150)
        #expect((0...64).contains(lines.count - 150))
        let history = try await bed.aether("workflow", "history", "l0", "--json", server: server)
        #expect(history.output.contains { $0.contains("resolvedBehind") }, "the run never went ahead")
        await second.kill()
    }
}
