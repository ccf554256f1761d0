import Synchronization

/// Something that happens once and can be waited for.
final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire(_ value: Value) {
        continuation.yield(value)
        continuation.finish()
    }

    /// The value; throws if the task is cancelled before there is one.
    var value: Value {
        get async throws {
            for await value in stream { return value }
            throw CancellationError()
        }
    }
}

extension Signal<Void> {
    func fire() { fire(()) }
}
