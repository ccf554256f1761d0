import Synchronization

/// A clock that moves when a test says so, to the very moment its next sleeper waits for.
final class ManualClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Swift.Duration

        func advanced(by duration: Swift.Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [(deadline: Instant, continuation: CheckedContinuation<Void, Never>)] = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Swift.Duration { .zero }
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func sleep(until deadline: Instant, tolerance: Swift.Duration?) async throws {
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state in
                state.sleepers.append((deadline, continuation))
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }

    /// Waits until somebody sleeps, and wakes who sleeps shortest.
    func advanceToNextSleeper() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.isEmpty { state.waiter = continuation }
                return !state.sleepers.isEmpty
            }
            if isThere { continuation.resume() }
        }
        let sleeper = state.withLock { state in
            state.sleepers.sort { $0.deadline > $1.deadline }
            let next = state.sleepers.removeLast()
            state.now = max(state.now, next.deadline)
            return next.continuation
        }
        sleeper.resume()
    }
}
