internal import AetherRuntime
internal import Synchronization

/// All who wait for the end of some run.
final class ResultWaiters: Sendable {
    /// One who waits.
    enum Listener: Sendable {
        case waiter(ResultWaiter)
        case feed(ResultFeed)

        fileprivate var identity: ObjectIdentifier {
            switch self {
            case .waiter(let waiter): ObjectIdentifier(waiter)
            case .feed(let feed): ObjectIdentifier(feed)
            }
        }

        fileprivate func stop() {
            switch self {
            case .waiter(let waiter): waiter.answer(.stopped)
            case .feed(let feed): feed.end(.stopped)
            }
        }
    }

    private struct State {
        var listeners: [WorkflowID: [Listener]] = [:]
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Enters one who waits. The caller then has to look whether the run is still active: an end before that is not told.
    func enter(_ id: WorkflowID, _ listener: Listener) {
        let isFinished = state.withLock { state in
            if !state.isFinished { state.listeners[id, default: []].append(listener) }
            return state.isFinished
        }
        if isFinished { listener.stop() }
    }

    func leave(_ id: WorkflowID, _ listener: Listener) {
        state.withLock { state in
            state.listeners[id]?.removeAll { $0.identity == listener.identity }
            if state.listeners[id]?.isEmpty == true { state.listeners[id] = nil }
        }
    }

    func publish(_ id: WorkflowID, _ outcome: WorkflowOutcome) {
        let waiting = state.withLock { $0.listeners.removeValue(forKey: id) }
        guard let waiting else { return }
        for listener in waiting {
            switch listener {
            case .waiter(let waiter): waiter.answer(.ended(outcome))
            case .feed(let feed): feed.put(id, .success(outcome))
            }
        }
    }

    /// Those who wait for runs of some shards hear that they have to ask again.
    func stop(_ shards: ShardSet) {
        let all = state.withLock { state in
            let ids = state.listeners.keys.filter { shards.contains(Shard(of: $0)) }
            return ids.map { ($0, state.listeners.removeValue(forKey: $0) ?? []) }
        }
        for (id, listeners) in all {
            for listener in listeners {
                switch listener {
                case .waiter(let waiter): waiter.answer(.moved)
                case .feed(let feed):
                    feed.put(id, .failure(EngineError(.elsewhere, "workflow \(id) changes servers; ask again")))
                }
            }
        }
    }

    /// Everyone hears that the engine stops, now and later.
    func finish() {
        let all = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return state.listeners.values.flatMap(\.self)
        }
        for listener in all { listener.stop() }
    }
}
