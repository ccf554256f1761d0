import Foundation

/// Stands for the shop's other services: writes one line for whatever happens to an order.
struct Ledger: Sendable {
    let path: String

    /// Writes a line, unless there is one of this key: a step that runs again after a crash finds what it did before.
    ///
    /// - Returns: the number of the line, as a receipt.
    func write(_ event: String, _ order: Order, key: String?) throws -> String {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw CocoaError(.fileWriteUnknown) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let lines = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
        let suffix = " [\(key ?? "")]"
        if let line = lines.firstIndex(where: { $0.hasSuffix(suffix) }) { return "entry-\(line + 1)" }
        try file.write(contentsOf: Data("\(order.id) \(event)\(suffix)\n".utf8))
        try file.synchronize()
        return "entry-\(lines.count + 1)"
    }
}
