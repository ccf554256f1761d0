import Aether
import Foundation

/// Stands for the shop's other services: writes one line for whatever happens to an order.
struct Ledger: Sendable {
    let path: String
    /// How long a service takes to do something, and then again to answer: there is time for a crash in between.
    let delay: Duration

    /// How many pieces of an item nobody has reserved.
    func stock(of item: String) async throws -> Int {
        try await Task.sleep(for: delay)
        guard item != "unobtainium" else { return 0 }
        let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
        return 1000 - lines.count { $0.contains(" reserved ") } + lines.count { $0.contains(" released ") }
    }

    /// Writes a line, unless there is one of this key: what is done again after a crash finds what it did before.
    ///
    /// - Returns: the number of the line, as a receipt.
    func write(
        _ event: String, _ order: Order, key: String? = StepContext.current?.idempotencyKey
    ) async throws -> String {
        try await Task.sleep(for: delay)
        let receipt = try append("\(order.id) \(event)", key: key ?? "")
        try await Task.sleep(for: delay)
        return receipt
    }

    private func append(_ text: String, key: String) throws -> String {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw CocoaError(.fileWriteUnknown) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let lines = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
        if let line = lines.firstIndex(where: { $0.hasSuffix(" [\(key)]") }) { return "entry-\(line + 1)" }
        try file.write(contentsOf: Data("\(text) [\(key)]\n".utf8))
        try file.synchronize()
        return "entry-\(lines.count + 1)"
    }
}
