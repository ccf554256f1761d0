internal import AetherServer
internal import Foundation

/// The file of `--ready-file`: tells scripts that the server serves, and on which ports.
enum ReadyFile {
    /// Writes `{"pid":…,"grpc":…,"http":…,"metrics":…}` in one piece: a reader sees all of it or no file. A FIFO is
    /// written to as it is, so that a script can wait by reading it.
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
            if isFIFO(path) {
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try handle.write(contentsOf: data)
                try handle.close()
            } else {
                try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            }
        } catch {
            throw CommandFailure("can't write the ready file \(path): \(error.localizedDescription)")
        }
    }

    private static func isFIFO(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }
}
