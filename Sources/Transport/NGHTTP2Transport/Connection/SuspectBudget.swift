internal import NIOCore

/// How much of an event loop's time goes to connections that have not been of use yet, or send what costs them nothing: an eighth.
///
/// A limit on frames a connection does not help against who opens another. So all suspects of an event loop share one budget of
/// time, and wait when it is spent; the others don't notice them but for a millisecond.
struct SuspectBudget: Sendable {
    /// Of how many nanoseconds suspects get one.
    private static let share: Int64 = 8
    /// What they may take at once, in nanoseconds.
    private static let burst: Int64 = 1_000_000

    private var credit = burst
    private var lastRefill: NIODeadline

    init(now: NIODeadline) {
        lastRefill = now
    }

    /// Takes off what was spent on a suspect.
    mutating func spend(_ time: TimeAmount) {
        credit -= time.nanoseconds
    }

    /// How long suspects have to wait; nil if one may be dealt with now.
    mutating func wait(now: NIODeadline) -> TimeAmount? {
        credit = min(Self.burst, credit + (now - lastRefill).nanoseconds / Self.share)
        lastRefill = now
        return credit > 0 ? nil : .nanoseconds((1 - credit) * Self.share)
    }
}
