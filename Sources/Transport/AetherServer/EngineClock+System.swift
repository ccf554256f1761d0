internal import AetherActors
internal import AetherRuntime
internal import Foundation

extension EngineClock {
    /// No single sleep until an instant is longer: a machine that was suspended notices soon after it goes on.
    private static let longestSleep = Duration.seconds(60)

    /// The machine's clocks and randomness.
    ///
    /// The time of day is asked for once and then counted on, also while the machine is suspended: a wall clock that is set
    /// while the server runs neither hurries a timer nor holds it up.
    ///
    /// - Parameters:
    ///   - earliest: what was written last. A wall clock that is behind it was set back while no server ran: time goes on from
    ///     there, because runs under way would else stand still until the clock has caught up.
    ///   - timeOfDay: says what the wall clock shows.
    /// - Returns: the clock.
    static func system(notBefore earliest: Timestamp? = nil, timeOfDay: () -> Date = { Date() }) -> EngineClock {
        let clock = ContinuousClock()
        let shown = timeOfDay().timeIntervalSince1970 * 1000
        let start = (wall: max(shown, earliest.map { Double($0.rawValue) } ?? shown), counted: clock.now)
        return EngineClock(
            now: {
                let passed = start.counted.duration(to: clock.now) / .milliseconds(1)
                return Timestamp(millisecondsSinceEpoch: Int64((start.wall + passed).rounded(.down)))
            },
            sleep: { try await Task.sleep(for: $0, tolerance: nil, clock: clock) },
            sleepUntil: { instant in
                let passed = Double(instant.millisecondsSinceEpoch) - start.wall
                let end = start.counted.advanced(by: .milliseconds(1) * passed)
                while clock.now < end {
                    try await Task.sleep(until: min(end, clock.now + longestSleep), clock: clock)
                }
            },
            random: { UInt64.random(in: .min ... .max) },
            uptime: { start.counted.duration(to: clock.now) }
        )
    }
}
