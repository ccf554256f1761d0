internal import Synchronization

/// The port that a listener got, for those who wait to learn it. Set once: to the port, or to why there is none.
final class BoundPort: Sendable {
    private enum State {
        case unknown(waiters: [UInt64: CheckedContinuation<Int, any Error>], nextID: UInt64)
        case known(Result<Int, any Error>)
    }

    private let state = Mutex(State.unknown(waiters: [:], nextID: 0))

    /// Keeps the first result, resumes the waiters; a second result is ignored.
    func set(_ result: Result<Int, any Error>) {
        let waiters = state.withLock { state in
            guard case .unknown(let waiters, _) = state else { return [CheckedContinuation<Int, any Error>]() }
            state = .known(result)
            return Array(waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    /// Waits for the port.
    ///
    /// - Throws: Why there is none; `CancellationError` when the task is cancelled first.
    func value() async throws -> Int {
        let id = state.withLock { state in
            guard case .unknown(let waiters, let id) = state else { return UInt64(0) }
            state = .unknown(waiters: waiters, nextID: id + 1)
            return id
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Int, any Error>? = state.withLock { state in
                    switch state {
                    case .known(let result):
                        return result
                    case .unknown where Task.isCancelled:
                        return .failure(CancellationError())
                    case .unknown(var waiters, let nextID):
                        waiters[id] = continuation
                        state = .unknown(waiters: waiters, nextID: nextID)
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            removeWaiter(id)?.resume(throwing: CancellationError())
        }
    }

    private func removeWaiter(_ id: UInt64) -> CheckedContinuation<Int, any Error>? {
        state.withLock { state in
            guard case .unknown(var waiters, let nextID) = state else { return nil }
            let waiter = waiters.removeValue(forKey: id)
            state = .unknown(waiters: waiters, nextID: nextID)
            return waiter
        }
    }
}
