import Aether
import EndToEndScript
import Foundation
import FoundationNetworking
import Synchronization
import Testing

/// A directory of its own for one test, with the real programs: a server, workers, the command line.
final class TestBed: Sendable {
    let directory: URL
    /// The gates that are open.
    let gates = Mutex<[FileHandle]>([])

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

    /// What this bed's server is given with `--db`: the file, or a database in the PostgreSQL server of the environment's
    /// TEST_POSTGRES, which is made when it isn't there.
    private func serverDatabase() async throws -> String {
        guard let server = ProcessInfo.processInfo.environment["TEST_POSTGRES"] else { return database }
        let name = directory.lastPathComponent.replacing("-", with: "_")
        let isMade = path("made-\(name)")
        if !FileManager.default.fileExists(atPath: isMade) {
            let creation = try ChildProcess(
                URL(fileURLWithPath: "/usr/bin/psql"),
                ["-Xq", "-v", "ON_ERROR_STOP=1", "-c", "CREATE DATABASE \(name)", "\(server)/postgres"])
            let code = await creation.exitCode()
            try #require(code == 0, "\(creation.errorOutput)")
            try Data().write(to: URL(fileURLWithPath: isMade))
        }
        return "\(server)/\(name)"
    }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// Starts a server on this bed's database, and waits until it serves. A restarted one can be given the port of the
    /// former; 0 is any.
    func startServer(port: Int = 0, flags: [String] = []) async throws -> RunningServer {
        let process = try ChildProcess(
            Self.products.appendingPathComponent("aether"),
            [
                "serve", "--db", try await serverDatabase(), "--grpc-port", "\(port)", "--http-port", "0",
                "--metrics-port", "0",
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

    /// The program of the workers: built beside the tests, unless the environment names another one, in another language.
    private static var worker: URL {
        ProcessInfo.processInfo.environment["END_TO_END_WORKER"].map { URL(fileURLWithPath: $0) }
            ?? products.appendingPathComponent("end-to-end-worker")
    }

    /// Starts a worker; it is not known to the server yet when this returns.
    func startWorker(
        _ server: RunningServer, id: String, maximumTasks: Int? = nil, maximumRuns: Int? = nil,
        code: [Script.Operation] = []
    ) throws -> ChildProcess {
        var environment = ["AETHER_SERVER": server.url, "WORKER_ID": id]
        environment["MAX_TASKS"] = maximumTasks.map { "\($0)" }
        environment["MAX_RUNS"] = maximumRuns.map { "\($0)" }
        environment["CODE"] = String(decoding: try JSONEncoder().encode(code), as: UTF8.self)
        return try ChildProcess(Self.worker, environment: environment)
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

    /// Waits until so many workers are connected.
    func untilConnected(_ count: Int, _ server: RunningServer) async throws {
        while try await metrics(server)["aether_workers_connected"] != Double(count) {
            try await Task.sleep(for: .milliseconds(20))
        }
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
    /// ISO 8601, with milliseconds.
    var time: String
    var key: String?
    var name: String?
    var worker: String?
    var attempt: Int?
    var failure: Failure?

    /// Since 1970, in milliseconds.
    var milliseconds: Int {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? format.parse(time)).map { Int(($0.timeIntervalSince1970 * 1000).rounded()) } ?? 0
    }

    struct Failure: Decodable {
        var message: String
        var type: String?
        var step: String?
    }
}

extension TestBed {
    /// A script that writes beside this bed's database, under a name.
    func script(_ name: String, _ operations: Script.Operation...) -> Script {
        Script(path(name), operations)
    }

    /// Makes a gate that steps of a script wait at.
    func makeGate(_ gate: String, of name: String) throws {
        try #require(mkfifo(path("\(name).\(gate)"), 0o600) == 0)
    }

    /// Opens a gate for good, for those that wait there and those to come.
    func openGate(_ gate: String, of name: String) throws {
        // For reading and writing: it neither waits for a reader nor needs one.
        let descriptor = open(path("\(name).\(gate)"), O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        gates.withLock { $0.append(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)) }
    }

    /// What a run's steps wrote, line by line.
    func lines(of name: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: path(name)) else { return [] }
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }
}
