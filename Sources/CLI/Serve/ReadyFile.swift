internal import AetherJSON
internal import AetherServer
internal import Foundation

/// The file of `--ready-file`: tells scripts that the server serves, and on which ports.
enum ReadyFile {
    /// Writes `{"pid":…,"grpc":…,"http":…,"metrics":…}` in one piece: a reader sees all of it or no file.
    ///
    /// - Parameters:
    ///   - addresses: Where the server listens.
    ///   - path: Where the file goes.
    /// - Throws: ``CommandFailure`` when it can't be written.
    static func write(_ addresses: ServerAddresses, to path: String) throws(CommandFailure) {
        let document = JSONValue.object([
            "pid": .integer(ProcessInfo.processInfo.processIdentifier),
            "grpc": .integer(addresses.grpcPort),
            "http": .integer(addresses.httpPort),
            "metrics": addresses.metricsPort.map { .integer($0) } ?? .null,
        ])
        let data = Data((document.text + "\n").utf8)
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("can't write the ready file \(path): \(error.localizedDescription)")
        }
    }
}
