package import AetherRuntime
internal import FoundationEssentials

/// The time and the randomness of this worker.
package struct WorkerClock: Sendable {
    /// The time of day.
    package var now: @Sendable () -> Timestamp
    /// Waits for the delays between a step's attempts and for timeouts, unless the task is cancelled; then it throws.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// The time of a clock that never jumps, for deadlines of this process.
    package var instant: @Sendable () -> ContinuousClock.Instant
    /// Waits on that clock, before calls are repeated and while the worker ends; throws when the task is cancelled.
    package var pause: @Sendable (Duration) async throws -> Void
    /// Random bits, for the jitter of delays and the process's own id.
    package var random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }
    ) {
        self.now = now
        self.sleep = sleep
        self.instant = instant
        self.pause = pause
        self.random = random
    }

    static let system = WorkerClock(
        now: { Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)) },
        sleep: { try await Task.sleep(for: $0) }
    )
}
