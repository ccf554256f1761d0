internal import Foundation
internal import Synchronization

/// How far a job is, on a terminal; nothing elsewhere.
final class ProgressBar: Sendable {
    private static let width = 30
    private static let interval = Duration.milliseconds(100)

    private let terminal: Terminal
    private let title: String
    private let done = Atomic(0)
    private let total = Atomic(0)

    init(_ title: String, terminal: Terminal) {
        self.title = title
        self.terminal = terminal
    }

    /// So many parts are ahead.
    func begin(of count: Int) {
        done.store(0, ordering: .relaxed)
        total.store(count, ordering: .relaxed)
    }

    func advance() {
        done.wrappingAdd(1, ordering: .relaxed)
    }

    /// So much is done.
    func show(_ part: Int, of count: Int) {
        done.store(part, ordering: .relaxed)
        total.store(count, ordering: .relaxed)
    }

    /// Draws while a body runs, then clears the line.
    func shown<Result: Sendable>(during body: () async throws -> Result) async rethrows -> Result {
        guard terminal.width != nil else { return try await body() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    StandardError.write(self.line)
                    try? await Task.sleep(for: Self.interval)
                }
            }
            defer {
                group.cancelAll()
                StandardError.write("\r\u{1b}[K")
            }
            return try await body()
        }
    }

    private var line: String {
        let (done, total) = (done.load(ordering: .relaxed), total.load(ordering: .relaxed))
        guard total > 0 else { return "\r\u{1b}[K\(title)" }
        let filled = min(Self.width, done * Self.width / total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let text = "\(title) \(bar) \(min(100, done * 100 / total)) %"
        return "\r" + TextWidth.truncated(text, to: max(1, (terminal.width ?? 80) - 1)) + "\u{1b}[K"
    }
}
