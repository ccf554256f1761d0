import Aether
import Foundation
import FoundationNetworking
import Testing

/// A directory of its own for one test, with the real programs: a server, workers, the command line.
final class TestBed: Sendable {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("aether-test-\(UInt64.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// Where the programs were built: beside the tests.
    static var products: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    }

    var database: String { directory.appendingPathComponent("aether.db").path }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// Starts a server on this bed's database, and waits until it serves. A restarted one can be given the port of the
    /// former; 0 is any.
    func startServer(port: Int = 0, flags: [String] = []) async throws -> RunningServer {
        let process = try ChildProcess(
            Self.products.appendingPathComponent("aether"),
            [
                "serve", "--db", database, "--grpc-port", "\(port)", "--http-port", "0", "--metrics-port", "0",
                "--config", try emptyConfiguration(),
            ] + flags
        )
        var ports: [String: Int] = [:]
        for await line in process.lines {
            guard let name = line.split(separator: " ").first else { continue }
            if name == "tier" { break }
            ports[String(name)] = line.split(separator: ":").last?.split(separator: "/").first.flatMap { Int($0) }
        }
        return RunningServer(
            process: process,
            port: try #require(ports["gRPC"], "the server did not start: \(process.errorOutput)"),
            metricsPort: try #require(ports["metrics"])
        )
    }

    func startWorker(_ server: RunningServer, id: String) throws -> ChildProcess {
        try ChildProcess(
            Self.products.appendingPathComponent("end-to-end-worker"),
            environment: ["AETHER_SERVER": server.url, "WORKER_ID": id])
    }

    struct CommandResult: Sendable {
        var code: Int32
        var output: [String]
        var errors: String
    }

    /// Runs the command line tool to its end.
    func aether(_ arguments: String..., server: RunningServer? = nil) async throws -> CommandResult {
        try await aether(arguments, server: server)
    }

    func aether(_ arguments: [String], server: RunningServer? = nil) async throws -> CommandResult {
        let process = try ChildProcess(
            Self.products.appendingPathComponent("aether"), arguments,
            environment: server.map { ["AETHER_SERVER": $0.url] } ?? [:])
        var output: [String] = []
        for await line in process.lines { output.append(line) }
        let code = await process.exitCode()
        return CommandResult(code: code, output: output, errors: process.errorOutput)
    }

    /// The server's own counts, by metric name.
    func metrics(_ server: RunningServer) async throws -> [String: Double] {
        let url = try #require(URL(string: "http://localhost:\(server.metricsPort)/metrics"))
        let (data, _) = try await URLSession.shared.data(from: url)
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            lines.compactMap { line in
                line.lastIndex(of: " ").flatMap { space in
                    Double(line[line.index(after: space)...]).map { (String(line[..<space]), $0) }
                }
            }, uniquingKeysWith: { $1 })
    }

    /// A run's journal, as the command line shows it in JSON.
    func history(_ id: String, _ server: RunningServer) async throws -> [HistoryLine] {
        let result = try await aether("workflow", "history", id, "--json", server: server)
        try #require(result.code == 0, "\(result.errors)")
        return try result.output.map { try JSONDecoder().decode(HistoryLine.self, from: Data($0.utf8)) }
    }

    private func emptyConfiguration() throws -> String {
        let path = path("empty.toml")
        try Data().write(to: URL(fileURLWithPath: path))
        return path
    }
}

struct RunningServer: Sendable {
    var process: ChildProcess
    var port: Int
    var metricsPort: Int
    var url: String { "http://localhost:\(port)" }

    func client() -> AetherClient { AetherClient(serverURL: url) }
}

/// What the tests read of one line of `aether workflow history --json`.
struct HistoryLine: Decodable {
    var sequence: Int
    var kind: String
    var key: String?
}

extension TestBed {
    /// What a run's steps wrote, line by line.
    func lines(of name: String) throws -> [String] {
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }
}
