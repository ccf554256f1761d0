internal import Synchronization

/// The address a server listens on, once it is known: a value that is set once and waited for.
final class ListeningAddress: Sendable {
    private enum State {
        case pending([UInt64: CheckedContinuation<TransportAddress, any Error>])
        case known(Result<TransportAddress, any Error>)
    }

    private let state = Mutex((State.pending([:]), nextID: UInt64(0)))

    /// Sets the outcome; the first one counts.
    func set(_ result: Result<TransportAddress, any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<TransportAddress, any Error>] in
            guard case .pending(let waiters) = state.0 else { return [] }
            state.0 = .known(result)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    var value: TransportAddress {
        get async throws {
            let id = state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { wait($0, id: id) }
            } onCancel: {
                removeWaiter(id: id)?.resume(throwing: CancellationError())
            }
        }
    }

    private func wait(_ continuation: CheckedContinuation<TransportAddress, any Error>, id: UInt64) {
        let result: Result<TransportAddress, any Error>? = state.withLock { state in
            switch state.0 {
            case .known(let result): return result
            case .pending(var waiters):
                if Task.isCancelled { return .failure(CancellationError()) }
                waiters[id] = continuation
                state.0 = .pending(waiters)
                return nil
            }
        }
        if let result { continuation.resume(with: result) }
    }

    private func removeWaiter(id: UInt64) -> CheckedContinuation<TransportAddress, any Error>? {
        state.withLock { state in
            guard case .pending(var waiters) = state.0 else { return nil }
            let waiter = waiters.removeValue(forKey: id)
            state.0 = .pending(waiters)
            return waiter
        }
    }
}
