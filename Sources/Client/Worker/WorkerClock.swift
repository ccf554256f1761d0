package import AetherRuntime
internal import FoundationEssentials

/// The time and the randomness of this worker: for the delays between a step's attempts, and their timeouts.
package struct WorkerClock: Sendable {
    package var now: @Sendable () -> Timestamp
    /// Waits, unless the task is cancelled; then it throws.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Random bits, for the jitter of delays.
    package var random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    static let system = WorkerClock(
        now: { Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)) },
        sleep: { try await Task.sleep(for: $0) }
    )
}
