import Aether
import EndToEndScript
import Foundation
import Testing

/// The worker's code changes while a run is under way: each worker process has its own.
@Suite("Scenarios: changed code", .timeLimit(.minutes(5)))
struct CodeScenarios {
    private static let old: [Script.Operation] = [.step("a"), .step("b"), .gate("gate"), .step("c")]

    /// A run of the old code whose worker was killed after two steps.
    private func begin(_ bed: TestBed, _ server: RunningServer) async throws -> WorkflowHandle<[String]> {
        let worker = try bed.startWorker(server, id: "old", code: Self.old)
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let handle = try await ScriptWorkflow.code(server.client(), []).start(bed.path("s"), id: "s")
        await output.wait(for: "at gate")
        await worker.kill()
        try bed.openGate("gate", of: "s")
        return handle
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: [Script.Operation]
        var expected: String
        var found: String
    }

    @Test(
        "25: the code lost a step that the journal has; renamed it; swapped two: blocked with expected/found; fixed code goes on",
        arguments: [
            Misfit(
                testDescription: "lost", code: [.step("b"), .gate("gate"), .step("c")], expected: "step:a#1, entry 3",
                found: "step:b#1"),
            Misfit(
                testDescription: "lost the end", code: [.step("a")], expected: "step:b#1, entry 4",
                found: "nothing more"),
            Misfit(
                testDescription: "renamed", code: [.step("a"), .step("B"), .gate("gate"), .step("c")],
                expected: "step:b#1, entry 4", found: "step:B#1"),
            Misfit(
                testDescription: "swapped", code: [.step("b"), .step("a"), .gate("gate"), .step("c")],
                expected: "step:a#1, entry 3", found: "step:b#1"),
        ])
    func misfit(_ misfit: Misfit) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let handle = try await begin(bed, server)
        let wrong = try bed.startWorker(server, id: "wrong", code: misfit.code)
        try await handle.untilItWaits(for: "blocked")
        let status = try await bed.aether("status", "s", server: server)
        #expect(
            status.output.contains { $0.hasPrefix("expected") && $0.hasSuffix("\(misfit.expected) of the journal") },
            "\(status.output)")
        #expect(status.output.contains { $0.hasPrefix("found") && $0.hasSuffix(misfit.found) }, "\(status.output)")
        #expect(status.output.contains { $0.hasPrefix("state") && $0.hasSuffix("RUNNING") }, "\(status.output)")
        // It does not keep its worker from others.
        _ = try await ScriptWorkflow.code(server.client(), []).startAndWait(bed.path("other"), id: "other")
        let fixed = try bed.startWorker(server, id: "fixed", code: Self.old)
        #expect(try await handle.result() == ["a", "b", "gate", "c"])
        #expect(try bed.lines(of: "s") == ["a", "b", "c"])
        let kinds = try await bed.history("s", server).filter { $0.kind == "BLOCKED" || $0.kind == "ASSIGNED" }
        #expect(kinds.map(\.worker) == ["old", "wrong", nil, "fixed"])
        await wrong.kill()
        await fixed.kill()
    }

    @Test("26: the code gained a step past the recorded end: goes on")
    func gainedAtTheEnd() async throws {
        try await goesOn(
            [.step("a"), .step("b"), .gate("gate"), .step("x"), .step("c")], result: ["a", "b", "gate", "x", "c"],
            lines: ["a", "b", "x", "c"])
    }

    @Test("26: in the middle with version: runs under way go on without it, new ones have it")
    func gainedWithVersion() async throws {
        try await goesOn(
            [.step("a"), .version("x", 2, [.step("x")]), .step("b"), .gate("gate"), .step("c")],
            result: ["a", "b", "gate", "c"], lines: ["a", "b", "c"], new: ["a", "x", "b", "gate", "c"])
    }

    @Test("26: in the middle, marked as added: runs under way do it, once")
    func gainedMarked() async throws {
        try await goesOn(
            [.step("a"), .added("x", [.step("x")]), .step("b"), .gate("gate"), .step("c")],
            result: ["a", "x", "b", "gate", "c"], lines: ["a", "b", "x", "c"])
    }

    private func goesOn(
        _ code: [Script.Operation], result: [String], lines: [String], new: [String]? = nil
    ) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let handle = try await begin(bed, server)
        let worker = try bed.startWorker(server, id: "new", code: code)
        #expect(try await handle.result() == result)
        #expect(try bed.lines(of: "s") == lines)
        try bed.makeGate("gate", of: "t")
        try bed.openGate("gate", of: "t")
        let fresh = ScriptWorkflow.code(server.client(), [])
        #expect(try await fresh.startAndWait(bed.path("t"), id: "t") == new ?? result)
        await worker.kill()
    }

    @Test("continue as new: a loop goes on over kills of server and worker, its history stays short")
    func continueAsNew() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        var worker = try bed.startWorker(server, id: "w0")
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let rounds = (0..<5).reversed().reduce([Script.Operation.gate("gate"), .step("end")]) { rest, round in
            [.step("\(round)"), .continueAsNew(rest)]
        }
        let handle = try await Workflows(server).script.start(Script(bed.path("s"), rounds), id: "s")
        await output.wait(for: "at gate")
        await server.process.kill()
        await worker.kill()
        server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "50"])
        worker = try bed.startWorker(server, id: "w1")
        try bed.openGate("gate", of: "s")
        #expect(try await handle.result() == ["gate", "end"])
        #expect(try bed.lines(of: "s") == ["0", "1", "2", "3", "4", "end"])
        let history = try await bed.history("s", server)
        #expect(history.first?.sequence == 1)
        #expect(history.compactMap(\.name) == ["gate", "end"])
        // Five runs before it, and one lease that the crash ended.
        #expect(history.last { $0.kind == "ASSIGNED" }?.attempt == 7)
        await worker.kill()
    }

    @Test("26: in the middle: blocked; fixed code goes on")
    func gainedInTheMiddle() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let handle = try await begin(bed, server)
        let wrong = try bed.startWorker(
            server, id: "wrong", code: [.step("a"), .step("x"), .step("b"), .gate("gate"), .step("c")])
        try await handle.untilItWaits(for: "blocked: at entry 4 the journal has step:b#1, the code called step:x#1")
        let fixed = try bed.startWorker(server, id: "fixed", code: Self.old)
        #expect(try await handle.result() == ["a", "b", "gate", "c"])
        #expect(try bed.lines(of: "s") == ["a", "b", "c"])
        await wrong.kill()
        await fixed.kill()
    }
}
