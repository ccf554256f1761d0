internal import AetherRuntime
internal import Synchronization

/// The time of a test environment. It stands still while there is anything to do, and is skipped when someone waits.
///
/// | someone | the time goes | until |
/// |---|---|---|
/// | waits for a result | to the next instant that anything sleeps until | the result is there, or nothing sleeps: then the wait is told that it is in vain |
/// | skips time | likewise, but no farther than asked for | that instant |
///
/// While a closure of a step or an activity runs, the time stands still, unless the closure itself sleeps in it.
final class VirtualTime: Sendable {
    fileprivate struct Sleeper {
        var until: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    fileprivate struct State {
        var now: Timestamp
        var lastNumber: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        /// Those who wait for a result.
        var waits: [UInt64: CheckedContinuation<Void, Never>] = [:]
        /// Those who skip time.
        var skips: [UInt64: Sleeper] = [:]
        /// How many closures run.
        var closures = 0

        mutating func nextNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }
    }

    private let state: Mutex<State>

    init(startingAt now: Timestamp) {
        state = Mutex(State(now: now))
    }

    var now: Timestamp { state.withLock { $0.now } }

    /// Waits until the time has come.
    func sleep(until instant: Timestamp) async throws {
        try await suspend(until: instant, in: \.sleepers)
    }

    func sleep(for duration: Duration) async throws {
        try await sleep(until: now.advanced(by: duration))
    }

    /// Lets the time go to an instant, once all that is due before has happened, and what follows from it.
    func skip(to instant: Timestamp) async throws {
        try await suspend(until: instant, in: \.skips)
    }

    private func suspend(
        until instant: Timestamp, in list: any WritableKeyPath<State, [UInt64: Sleeper]> & Sendable
    ) async throws {
        let number = state.withLock { $0.nextNumber() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state[keyPath: list][number] = Sleeper(until: instant, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0[keyPath: list].removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets the time be skipped until the calling task is cancelled; returns before when nothing happens any more.
    func wait() async {
        let number = state.withLock { $0.nextNumber() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waits[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waits.removeValue(forKey: number) }?.resume()
        }
    }

    // MARK: Closures

    func closureBegins() {
        state.withLock { $0.closures += 1 }
    }

    func closureEnds() {
        state.withLock { $0.closures -= 1 }
    }

    // MARK: Idle

    /// Nothing is left to do now.
    ///
    /// - Returns: whether something was woken.
    func goOn() -> Bool {
        let (sleepers, waits) = state.withLock { state in state.goOn() }
        for sleeper in sleepers { sleeper.resume() }
        for wait in waits { wait.resume() }
        return !sleepers.isEmpty || !waits.isEmpty
    }
}

extension VirtualTime.State {
    fileprivate mutating func goOn() -> ([CheckedContinuation<Void, any Error>], [CheckedContinuation<Void, Never>]) {
        let due = take(from: \.sleepers, until: now)
        if !due.isEmpty { return (due, []) }
        guard closures == 0 else { return ([], []) }
        let next = sleepers.values.map(\.until).min()
        if let end = skips.values.map(\.until).min() {
            if let next, next <= end {
                now = next
                return (take(from: \.sleepers, until: now), [])
            }
            now = max(now, end)
            return (take(from: \.skips, until: now), [])
        }
        guard !waits.isEmpty else { return ([], []) }
        guard let next else {
            defer { waits = [:] }
            return ([], waits.sorted { $0.key < $1.key }.map(\.value))
        }
        now = next
        return (take(from: \.sleepers, until: now), [])
    }

    private mutating func take(
        from list: WritableKeyPath<Self, [UInt64: VirtualTime.Sleeper]>, until instant: Timestamp
    ) -> [CheckedContinuation<Void, any Error>] {
        let due = self[keyPath: list].filter { $0.value.until <= instant }
        for number in due.keys { self[keyPath: list][number] = nil }
        return due.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }.map(\.value.continuation)
    }
}

extension Timestamp {
    func advanced(by duration: Duration) -> Timestamp {
        advanced(by: Int64(clamping: (duration / .milliseconds(1)).rounded(.up)))
    }
}

extension Int64 {
    fileprivate init(clamping value: Double) {
        self = value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
    }
}
