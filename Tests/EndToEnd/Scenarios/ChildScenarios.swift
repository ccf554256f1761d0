import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: children", .timeLimit(.minutes(5)))
struct ChildScenarios {
    @Test("11: cancel while a child runs: child told, both CANCELLED")
    func cancel() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let script = Workflows(server).script
        let parent = try await script.start(
            bed.script("s", .child("child", [.compensate("undone"), .hang("long")])), id: "parent")
        await output.wait(for: "at long")
        try await parent.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await parent.result() }
        await #expect(throws: WorkflowCancelled.self) { try await script.handle("child").result() }
        #expect(try bed.lines(of: "s") == ["long", "undone"])
        await worker.kill()
    }

    @Test("12: child with policy abandon, parent cancelled: child completes")
    func abandon() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let script = Workflows(server).script
        let parent = try await script.start(
            bed.script("s", .child("child", [.gate("gate"), .step("done")], policy: .abandon)), id: "parent")
        await output.wait(for: "at gate")
        try await parent.cancel()
        await #expect(throws: WorkflowCancelled.self) { try await parent.result() }
        try bed.openGate("gate", of: "s")
        #expect(try await script.handle("child").result() == ["gate", "done"])
        await worker.kill()
    }

    @Test("13: a child fails, or times out: typed error in the parent, which may go on")
    func failure() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let script = Workflows(server).script
        let result = try await script.startAndWait(
            bed.script(
                "s", .rescue([.child("bad", [.fail("no luck")])]),
                .rescue([
                    .race([
                        [.child("slow", [.sleep(milliseconds: 3_600_000)])],
                        [.sleep(milliseconds: 50), .fail("timeout")],
                    ])
                ]),
                .step("after")), id: "parent")
        #expect(result.count == 3 && result.last == "after")
        #expect(result.first?.hasPrefix("WorkflowFailed") == true && result.first?.contains("no luck") == true)
        #expect(result.dropFirst().first == "ScriptError: timeout")
        await #expect(throws: WorkflowCancelled.self) { try await script.handle("slow").result() }
        await worker.kill()
    }

    @Test("14: terminate a tree: every run in it closed")
    func terminate() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let script = Workflows(server).script
        let tree: [Script.Operation] = [
            .parallel([
                [.child("a", [.child("a-a", [.hang("1")])])],
                [.child("b", [.hang("2")])],
            ])
        ]
        let root = try await script.start(Script(bed.path("s"), tree), id: "root")
        await output.wait(for: "at", count: 2)
        let terminated = try await bed.aether("workflow", "terminate", "root", server: server)
        #expect(terminated.code == 0, "\(terminated.errors)")
        for id in ["root", "a", "a-a", "b"] {
            await #expect(throws: WorkflowCancelled.self, "\(id)") { try await script.handle(id).result() }
            #expect(try await bed.history(id, server).contains { $0.kind == "TERMINATED" })
        }
        await #expect(throws: AetherError.self) { try await root.terminate() }
        await worker.kill()
    }

    @Test("a parent whose server and worker are killed while 20 children run gets each one's result once")
    func killed() async throws {
        let bed = try TestBed()
        var server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        var worker = try bed.startWorker(server, id: "w0")
        // Far more than can run before the kills, on a busy machine too: who waits for more would wait for ever.
        let rounds = 0..<10
        let children = (0..<20).map { child -> [Script.Operation] in
            [.child("child-\(child)", rounds.flatMap { [.step("\(child)-\($0)"), .sleep(milliseconds: 500)] })]
        }
        let handle = try await Workflows(server).script.start(
            Script(bed.path("s"), [.parallel(children)]), id: "parent")
        for round in 1...4 {
            var output = LineReader(worker)
            await output.wait(for: "ran", count: 5)
            await server.process.kill()
            await worker.kill()
            server = try await bed.startServer(port: server.port, flags: ["--worker-grace-ms", "50"])
            worker = try bed.startWorker(server, id: "w\(round)")
        }
        let expected = (0..<20).flatMap { child in rounds.flatMap { ["\(child)-\($0)", "slept"] } }
        #expect(try await handle.result() == expected)
        let listed = try await bed.aether("workflow", "list", "--json", server: server)
        #expect(listed.output.count == 21)
        await worker.kill()
    }
}
