import Aether
import EndToEndScript
import Foundation
import Testing

@Suite("Scenarios: ids, signals, deletion", .timeLimit(.minutes(5)))
struct IdentityScenarios {
    @Test("15: start twice with one id, first still running: one run, same id")
    func startTwice() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        try bed.makeGate("gate", of: "s")
        let script = Workflows(server).script
        let input = bed.script("s", .step("once"), .gate("gate"))
        let first = try await script.start(input, id: "one")
        await output.wait(for: "at gate")
        let second = try await script.start(input, id: "one")
        #expect(second.id == "one")
        let other = await #expect(throws: AetherError.self) { try await script.start(bed.script("s"), id: "one") }
        #expect(other?.code == .alreadyExists)
        try bed.openGate("gate", of: "s")
        #expect(try await first.result() == ["once", "gate"])
        #expect(try await second.result() == ["once", "gate"])
        #expect(try bed.lines(of: "s") == ["once"])
        await worker.kill()
    }

    @Test("16: start with the id of a finished run: by policy the same result, an error, or a new run")
    func startAgain() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let script = Workflows(server).script
        let input = bed.script("s", .step("run"))
        #expect(try await script.startAndWait(input, id: "one") == ["run"])
        #expect(try await script.start(input, id: "one").result() == ["run"])
        #expect(try bed.lines(of: "s") == ["run"])
        let refused = await #expect(throws: AetherError.self) {
            try await script.start(input, id: "one", idPolicy: .reject)
        }
        #expect(refused?.code == .alreadyExists)
        #expect(try await script.start(input, id: "one", idPolicy: .replace).result() == ["run"])
        #expect(try bed.lines(of: "s") == ["run", "run"])
        // Also over tiers, and with another input.
        let elsewhere = Workflows(server).memoryScript
        let other = bed.script("s", .step("other"))
        #expect(try await elsewhere.start(other, id: "one", idPolicy: .replace).result() == ["other"])
        #expect(try await bed.history("one", server).count == 4)
        await worker.kill()
    }

    @Test("17: one signal id sent 5 times: received once")
    func signalOnce() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let handle = try await Workflows(server).script.start(
            bed.script("s", .signal("go"), .signal("go", timeoutMilliseconds: 50)), id: "s")
        for _ in 0..<5 { try await handle.signal("go", "now", id: "the one") }
        let worker = try bed.startWorker(server, id: "w1")
        #expect(try await handle.result() == ["now", "timeout"])
        #expect(try await bed.history("s", server).count { $0.kind == "SIGNAL_RECEIVED" } == 1)
        await worker.kill()
    }

    @Test("18: 10 signals in shuffled names and order: each awaited name gets its own, in the order sent")
    func signalsInOrder() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let names = (0..<10).map { "n\($0 % 3)" }.shuffled()
        let handle = try await Workflows(server).script.start(
            bed.script(
                "s",
                .parallel(
                    ["n0", "n1", "n2"].map { name in
                        names.filter { $0 == name }.map { .signal($0) }
                    })), id: "s")
        for (number, name) in names.enumerated() { try await handle.signal(name, "\(number)") }
        let worker = try bed.startWorker(server, id: "w1")
        let expected = ["n0", "n1", "n2"].flatMap { name in
            names.indices.filter { names[$0] == name }.map { "\($0)" }
        }
        #expect(try await handle.result() == expected)
        await worker.kill()
    }

    @Test("19: a signal before anyone waits; a signal after the end: buffered; a clear error")
    func signalEarlyAndLate() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let script = Workflows(server).script
        let handle = try await script.start(
            bed.script("s", .sleep(milliseconds: 20), .signal("go"), .signal("with-start")), id: "s",
            signal: SignalMessage("with-start", "hello"))
        try await handle.signal("go", "early")
        let worker = try bed.startWorker(server, id: "w1")
        #expect(try await handle.result() == ["slept", "early", "hello"])
        let late = await #expect(throws: AetherError.self) { try await handle.signal("go", "late") }
        #expect(late?.code == .failedPrecondition)
        #expect(late?.message.contains("s") == true)
        let sent = try await bed.aether("workflow", "signal", "s", "go", "--payload", "1", server: server)
        #expect(sent.code == 1 && sent.errors.contains("COMPLETED"))
        await worker.kill()
    }

    @Test("28: delete a running workflow; a finished one: refused; every row of it gone")
    func delete() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let script = Workflows(server).script
        let handle = try await script.start(bed.script("s", .signal("go")), id: "s")
        let refused = try await bed.aether("workflow", "delete", "s", server: server)
        #expect(refused.code == 1)
        try await handle.signal("go", "now")
        #expect(try await handle.result() == ["now"])
        let deleted = try await bed.aether("workflow", "delete", "s", server: server)
        #expect(deleted.code == 0, "\(deleted.errors)")
        let gone = try await bed.aether("workflow", "history", "s", server: server)
        #expect(gone.code == 1)
        #expect(try await bed.aether("workflow", "list", "--json", server: server).output.isEmpty)
        // The id is free again.
        #expect(try await script.startAndWait(bed.script("t", .step("new")), id: "s") == ["new"])
        await worker.kill()
    }

    @Test("values that a run sets can be read while it runs and after its end")
    func values() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let worker = try bed.startWorker(server, id: "w1")
        let handle = try await Workflows(server).script.start(
            bed.script("s", .set("progress", "half"), .signal("go"), .set("progress", "all")), id: "s")
        try await handle.untilItWaits(for: "signal")
        #expect(try await handle.value("progress", as: String.self) == "half")
        #expect(try await handle.value("other", as: String.self) == nil)
        try await handle.signal("go", "")
        _ = try await handle.result()
        #expect(try await handle.value("progress", as: String.self) == "all")
        await worker.kill()
    }
}
