import AetherActors
import AetherRuntime
import Synchronization

/// Time that passes when the test says so.
final class ManualClock: Sendable {
    private struct State: Sendable {
        var elapsed: Duration = .zero
        var nextSleeper = 0
        var sleepers: [Int: Sleeper] = [:]
        var isOver = false
    }

    private struct Sleeper: Sendable {
        var duration: Duration
        var deadline: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state = Observed(State())
    private let seed = Mutex<UInt64>(0)

    var engineClock: EngineClock {
        EngineClock(
            now: { [state] in
                let (seconds, attoseconds) = state.value.elapsed.components
                return Timestamp(rawValue: 1_000_000 + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
            },
            sleep: { [self] duration in try await sleep { $0 + duration } },
            sleepUntil: { [self] instant in
                try await sleep { _ in .milliseconds(instant.millisecondsSinceEpoch - 1_000_000) }
            },
            random: { [self] in
                seed.withLock { seed in
                    seed += 1
                    return seed
                }
            }
        )
    }

    /// Lets time pass once at least so many wait for it.
    func advance(by duration: Duration, sleepers count: Int = 1) async {
        await state.until { $0.sleepers.count >= count }
        advanceNow(by: duration)
    }

    /// Lets time pass once someone waits for exactly so long.
    func advance(by duration: Duration, onceSomeoneSleepsFor awaited: Duration) async {
        await state.until { state in state.sleepers.values.contains { $0.duration == awaited } }
        advanceNow(by: duration)
    }

    func advanceNow(by duration: Duration) {
        let due = state.update { state in
            state.elapsed += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.elapsed }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.sorted { $0.deadline < $1.deadline }.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Nobody waits any more.
    func finish() {
        state.update { $0.isOver = true }
        advanceNow(by: .seconds(1_000_000))
    }

    private func sleep(until deadline: @escaping @Sendable (Duration) -> Duration) async throws {
        let number = state.update { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.update { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    let deadline = deadline(state.elapsed)
                    if state.isOver || deadline <= state.elapsed { return .success(()) }
                    state.sleepers[number] = Sleeper(
                        duration: deadline - state.elapsed, deadline: deadline, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            state.update { $0.sleepers.removeValue(forKey: number)?.continuation }?
                .resume(throwing: CancellationError())
        }
    }
}
