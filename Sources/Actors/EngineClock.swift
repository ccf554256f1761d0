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

    package init(
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        sleepUntil: @escaping @Sendable (Timestamp) async throws -> Void,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.sleep = sleep
        self.sleepUntil = sleepUntil
        self.random = random
    }
}
