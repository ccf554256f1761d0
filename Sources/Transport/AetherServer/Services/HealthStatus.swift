internal import Synchronization

/// Whether the server takes calls, for all who ask and all who watch.
package final class HealthStatus: Sendable {
    private struct State {
        var isServing: Bool
        var watchers: [UInt64: AsyncStream<Bool>.Continuation] = [:]
        var nextID: UInt64 = 0
        var isFinished = false
    }

    private let state: Mutex<State>

    package init(isServing: Bool = true) {
        state = Mutex(State(isServing: isServing))
    }

    package var isServing: Bool {
        state.withLock { $0.isServing }
    }

    /// Tells every watcher when it is a change.
    package func set(isServing: Bool) {
        state.withLock { state in
            guard state.isServing != isServing else { return }
            state.isServing = isServing
            for watcher in state.watchers.values { watcher.yield(isServing) }
        }
    }

    /// Begins to watch: the status now, and each change after, until one side ends the watch. A slow reader misses what
    /// was overtaken, never the latest.
    func watch() -> Watch {
        let (stream, continuation) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id: UInt64? = state.withLock { state in
            continuation.yield(state.isServing)
            guard !state.isFinished else { return nil }
            defer { state.nextID += 1 }
            state.watchers[state.nextID] = continuation
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return Watch(changes: stream, continuation: continuation)
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) }
        }
        return Watch(changes: stream, continuation: continuation)
    }

    /// Says that the server takes no calls any more, then ends every watch, so that none holds a shutdown up.
    package func finish() {
        set(isServing: false)
        let watchers = state.withLock { state in
            state.isFinished = true
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.finish() }
    }

    /// One watcher's side of a watch.
    struct Watch: Sendable {
        let changes: AsyncStream<Bool>
        fileprivate let continuation: AsyncStream<Bool>.Continuation

        func end() {
            continuation.finish()
        }
    }
}
