internal import Synchronization

/// How large a value the server takes.
final class ValueLimits: Sendable {
    private let maximumBytes = Mutex(Int.max)

    /// The server said so.
    func accept(maximumBytes: Int) {
        self.maximumBytes.withLock { $0 = maximumBytes }
    }

    /// Passes a value on if the server takes it.
    ///
    /// - Throws: ``NonRetryableError``.
    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] {
        let limit = maximumBytes.withLock { $0 }
        guard value.count <= limit else {
            throw NonRetryableError(
                "\(what()) has \(value.count) bytes, the limit is \(limit); store large data elsewhere and return a reference"
            )
        }
        return value
    }
}
