package import AetherRuntime

/// Where the engine gets time and randomness from; tests and simulations put in their own.
package struct EngineClock: Sendable {
    /// Wall-clock time, for journals.
    package var now: @Sendable () -> Timestamp
    /// Waits on a clock that never jumps, for grace periods and retries.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Waits until ``now`` says an instant; returns at once when that is past.
    package var sleepUntil: @Sendable (Timestamp) async throws -> Void
    /// Random bits, for seeds and ids.
    package var random: @Sendable () -> UInt64
    /// Counts on from any moment and never jumps: fine enough to measure a commit.
    package var uptime: @Sendable () -> Duration

    /// Without an `uptime` of its own, ``now`` takes its place.
    package init(
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        sleepUntil: @escaping @Sendable (Timestamp) async throws -> Void,
        random: @escaping @Sendable () -> UInt64,
        uptime: (@Sendable () -> Duration)? = nil
    ) {
        self.now = now
        self.sleep = sleep
        self.sleepUntil = sleepUntil
        self.random = random
        self.uptime = uptime ?? { .milliseconds(now().rawValue) }
    }
}
