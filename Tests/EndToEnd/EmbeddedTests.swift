import Aether
import EndToEndScript
import Foundation
import Logging
import Testing

@Suite("A server inside of a process", .timeLimit(.minutes(5)))
struct EmbeddedTests {
    private func run(
        _ program: String, _ bed: TestBed, environment: [String: String] = [:], killAt deadline: String? = nil
    ) throws -> ChildProcess {
        try ChildProcess(
            TestBed.products.appendingPathComponent(program), environment: environment, directory: bed.directory,
            killAt: deadline)
    }

    private func lines(_ process: ChildProcess) async -> [String] {
        var lines: [String] = []
        for await line in process.lines { lines.append(line) }
        return lines
    }

    @Test("a single-file script that is killed (kill -9) goes on when it is run again, and repeats no step")
    func singleFile() async throws {
        let bed = try TestBed()
        let first = try run("single-file", bed, killAt: "counting south")
        let counted = await lines(first)
        #expect(await first.exitCode() == -SIGKILL)
        let second = try run("single-file", bed)
        // The one that was under way, and what comes after it.
        let rest = await lines(second)
        #expect(rest.first == counted.last)
        #expect(
            counted.dropLast() + rest
                == ["north", "east", "south", "west"].map { "counting \($0)" } + ["Monday: 1800 visitors"])
        #expect(await second.exitCode() == 0)
        let third = try run("single-file", bed)
        #expect(await lines(third) == ["Monday: 1800 visitors"])
    }

    @Test("the same file, with one line changed to a URL, runs against aether serve")
    func singleFileRemote() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let process = try run("single-file-remote", bed, environment: ["AETHER_SERVER": server.url])
        #expect(
            await lines(process) == ["north", "east", "south", "west"].map { "counting \($0)" } + [
                "Monday: 1800 visitors"
            ])
        #expect(try await bed.history("report-monday", server).filter { $0.kind == "STEP_COMPLETED" }.count == 4)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let texts = try ["examples/single-file/main.swift", "Tests/EndToEnd/SingleFileRemote/main.swift"].map {
            try String(contentsOf: root.appendingPathComponent($0), encoding: .utf8).split(separator: "\n")
        }
        let changed = zip(texts[0], texts[1]).filter { $0 != $1 }
        #expect(texts[0].count == texts[1].count)
        #expect(changed.count == 1)
        #expect(changed.first?.0.hasPrefix("let client = ") == true)
    }

    @Test("a program whose URL of this machine nobody serves has a server of its own, and says so; another one uses it")
    func localURL() async throws {
        let bed = try TestBed()
        // A port that is free.
        let probe = try await bed.startServer()
        let port = probe.port
        await probe.process.kill()
        let environment = ["AETHER_SERVER": "http://localhost:\(port)"]
        let alone = try run("quickstart", bed, environment: environment)
        #expect(await lines(alone).last == "Hello, World!")
        #expect(await alone.exitCode() == 0)
        #expect(alone.errorOutput.contains("a server runs in this process"))
        #expect(FileManager.default.fileExists(atPath: bed.path("data/aether.db")))
        // It ended with the program; while one has it, others find it.
        let server = try await bed.startServer(port: port)
        let beside = try run("quickstart", bed, environment: environment)
        #expect(await lines(beside).last == "Hello, World!")
        #expect(!beside.errorOutput.contains("a server runs in this process"))
        await server.process.kill()
    }

    private func client(_ database: String) -> AetherClient {
        var logger = Logger(label: "test")
        logger.handler = SwiftLogNoOpLogHandler()
        return AetherClient.embedded(database: database, logger: logger)
    }

    @Test("does everything that a remote one does: activities, children, timers, signals, races, values")
    func everything() async throws {
        let bed = try TestBed()
        let client = client(bed.database)
        let script = ScriptWorkflow(client)
        let result = try await client.serve([script.workflow, script.activity]) { client in
            let handle = try await script.workflow.start(
                bed.script(
                    "s", .step("flaky", failures: 2, attempts: 5), .activity(.succeed), .sleep(milliseconds: 10),
                    .child("c", [.step("in child")]), .parallel([[.step("x")], [.step("y")]]), .set("v", "1"),
                    .race([[.sleep(milliseconds: 5)], [.signal("never")]]), .signal("go")), id: "s")
            try await handle.signal("go", "gone")
            let result = try await handle.result()
            #expect(try await handle.value("v", as: String.self) == "1")
            return result
        }
        #expect(result.first == "flaky")
        #expect(Array(result.suffix(6)) == ["slept", "in child", "x", "y", "slept", "gone"])
    }

    @Test("can be had once a database and once a client; outside of serve there is none")
    func refusals() async throws {
        let bed = try TestBed()
        let (first, second) = (client(bed.database), client(bed.database))
        let workflow = first.workflow("w") { (_, number: Int) in number }
        let early = await #expect(throws: AetherError.self) { try await workflow.start(1) }
        #expect(early?.message.contains("in the body of serve") == true)
        try await first.serve([workflow]) { first in
            let inUse = await #expect(throws: AetherError.self) { try await second.serve([]) { _ in } }
            #expect(inUse?.message.contains("is in use by another server") == true)
            let again = await #expect(throws: AetherError.self) { try await first.serve([]) { _ in } }
            #expect(again?.code == .failedPrecondition)
            let result = try await workflow.startAndWait(7, id: "a")
            #expect(result == 7)
        }
        // It ended well, and the next has what it left.
        let other = second.workflow("w") { (_, number: Int) in number }
        let result = try await second.serve([other]) { _ in try await other.startAndWait(7, id: "a") }
        #expect(result == 7)
        let bad = client(bed.directory.path)
        let unreadable = await #expect(throws: AetherError.self) { try await bad.serve([]) { _ in } }
        #expect(unreadable?.message.contains(bed.directory.path) == true)
    }
}
