internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// What the bodies of requests may take in memory: each, and all together.
final class BodyBudget: Sendable {
    private static let total = 64 * 1024 * 1024

    private let maximumBytes: Int
    private let taken = Mutex(0)

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Reads a body, and does something with it while it counts.
    ///
    /// - Throws: ``APIError`` when it is too large, or too much is being read for others.
    func read<Value: Sendable>(
        _ body: RequestBody, _ use: ([UInt8]) async throws -> Value
    ) async throws -> Value {
        var bytes: [UInt8] = []
        var counted = 0
        defer { taken.withLock { $0 -= counted } }
        for try await buffer in body {
            let count = buffer.readableBytes
            guard bytes.count + count <= maximumBytes else {
                throw APIError(.tooLarge, "the body has more than \(maximumBytes) bytes")
            }
            let isWithin = taken.withLock { taken in
                guard taken + count <= Self.total else { return false }
                taken += count
                return true
            }
            guard isWithin else { throw APIError(.resourceExhausted, "too many large requests are under way") }
            counted += count
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return try await use(bytes)
    }
}
