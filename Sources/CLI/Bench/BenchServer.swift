internal import AetherJSON
internal import Foundation

/// The server that a benchmark measures.
final class BenchServer: Sendable {
    let url: String
    /// `nil` for a server that was there before.
    let process: BenchProcess?

    init(url: String) {
        self.url = url
        process = nil
    }

    /// Starts one with its database in a folder; at any free port, unless it has to be the one from before.
    init(in folder: URL, port: Int = 0) async throws {
        let ready = folder.appendingPathComponent("ready").path
        let process = try BenchProcess(
            "server",
            [
                "serve", "--host", "127.0.0.1", "--grpc-port", String(port), "--http-port", "0", "--no-metrics",
                "--db", folder.appendingPathComponent("aether.db").path, "--ready-file", ready, "--log-level", "error",
            ])
        try await process.untilReady()
        guard let data = FileManager.default.contents(atPath: ready),
            case .object(let members) = try? JSONParser.parse(Array(data)),
            case .number(let port) = members.first(where: { $0.name == "grpc" })?.value
        else { throw CommandFailure("the server of the benchmark does not say where it listens") }
        self.process = process
        url = "http://127.0.0.1:\(port)"
    }

    var port: Int { Int(url.split(separator: ":").last ?? "") ?? 0 }
}
