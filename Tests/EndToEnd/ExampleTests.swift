import Aether
import Foundation
import FoundationNetworking
import Testing

/// The examples, as their READMEs say they run. Those with tests of their own are elsewhere.
@Suite("Examples", .timeLimit(.minutes(5)))
struct ExampleTests {
    private func start(
        _ example: String, _ bed: TestBed, _ server: RunningServer, environment: [String: String] = [:],
        killAt deadline: String? = nil
    ) throws -> ChildProcess {
        try ChildProcess(
            TestBed.products.appendingPathComponent(example),
            environment: ["AETHER_SERVER": server.url].merging(environment) { $1 }, directory: bed.directory,
            killAt: deadline)
    }

    /// What the README says is printed: its block of text.
    private func promised(_ example: String) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("examples/\(example)/README.md"), encoding: .utf8)
        let block = try #require(text.components(separatedBy: "```text\n").dropFirst().first)
        return block.components(separatedBy: "```")[0].split(separator: "\n").map(String.init)
    }

    @Test(
        "print what their READMEs say, and the same when they are run again",
        arguments: ["batch-processing", "error-handling", "child-workflows", "conditional-logic", "tracing"])
    func output(_ example: String) async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let promised = try promised(example)
        for _ in 1...2 {
            let process = try start(example, bed, server)
            var lines: [String] = []
            for await line in process.lines { lines.append(line) }
            #expect(lines == promised)
            #expect(await process.exitCode() == 0, "\(process.errorOutput)")
        }
    }

    @Test("long-running goes on after the last heartbeat when its worker is killed")
    func longRunning() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "50"])
        let first = try start("long-running", bed, server, killAt: "chunk 8")
        #expect(await first.exitCode() == -SIGKILL)
        let second = try start("long-running", bed, server, environment: ["CHUNK_MS": "1"])
        var lines: [String] = []
        for await line in second.lines { lines.append(line) }
        let begin = try #require(lines.first)
        #expect(begin.hasPrefix("attempt 2 begins after chunk "))
        let done = try #require(begin.split(separator: " ").last.flatMap { Int($0) })
        #expect(done >= 1)
        let rest = (done + 1...10).map { "chunk \($0)" } + ["sunrise.webm is out"]
        #expect(Array(lines.dropFirst()) == rest)
    }

    @Test("web-service starts, approves and cancels orders, and says what is wrong")
    func webService() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        let process = try start("web-service", bed, server, environment: ["PORT": "0"])
        var lines = process.lines.makeAsyncIterator()
        var port: Substring?
        while port == nil, let line = await lines.next() {
            if line.hasPrefix("listening on port ") { port = line.split(separator: " ").last }
        }
        let base = "http://localhost:\(try #require(port))/orders"
        let order = #"{"id":"order-1","item":"book"}"#
        for _ in 1...2 {
            let (code, body) = try await send("POST", base, order)
            #expect(code == 202)
            #expect(body.contains(#""id":"order-1""#))
        }
        #expect(try await send("POST", base, #"{"id":"order-1","item":"car"}"#).code == 409)
        let bad = try await send("POST", base, "no order")
        #expect(bad.code == 400)
        #expect(bad.body.contains("item"))
        #expect(try await send("GET", base + "/nobody", nil).code == 404)
        #expect(try await send("POST", base + "/order-1/approve", nil).code == 200)
        let handle = server.client().workflow("fulfil-order") { (_, _: String) in "" }.handle("order-1")
        #expect(try await handle.result() == "book is on its way")
        let done = try await send("GET", base + "/order-1", nil)
        #expect(done.body.contains("book is on its way"), "\(done.body)")
        #expect(try await send("POST", base + "/order-1/cancel", nil).code == 409)
        await server.process.kill()
        #expect(try await send("GET", base + "/order-1", nil).code == 503)
        process.send(SIGTERM)
        #expect(await process.exitCode() == 0)
    }

    private func send(_ method: String, _ url: String, _ body: String?) async throws -> (code: Int, body: String) {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }
}
