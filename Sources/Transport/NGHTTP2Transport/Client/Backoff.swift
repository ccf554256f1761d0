/// How long to wait between attempts to connect: exponentially longer, and spread out, so that a server that comes back
/// isn't met by all of its clients at once.
public struct Backoff: Sendable, Hashable {
    /// The wait after the first failure.
    public var initial: Duration
    /// The longest wait.
    public var maximum: Duration
    /// What a wait is multiplied by for the next one.
    public var multiplier: Double
    /// How much of a wait is random, either way, from 0 to 1.
    public var jitter: Double

    /// Creates a back-off policy.
    ///
    /// - Parameters:
    ///   - initial: The wait after the first failure. By default 100 ms.
    ///   - maximum: The longest wait. By default 10 seconds.
    ///   - multiplier: What a wait is multiplied by for the next one. By default 1.6.
    ///   - jitter: How much of a wait is random, either way, from 0 to 1. By default 0.2.
    public init(
        initial: Duration = .milliseconds(100), maximum: Duration = .seconds(10), multiplier: Double = 1.6,
        jitter: Double = 0.2
    ) {
        self.initial = initial
        self.maximum = maximum
        self.multiplier = multiplier
        self.jitter = jitter
    }

    /// The wait after a number of failures in a row.
    ///
    /// - Parameters:
    ///   - failures: The number of failures, from 1.
    ///   - random: A number from -1 to 1.
    /// - Returns: The wait.
    func delay(afterFailures failures: Int, random: Double) -> Duration {
        var delay = initial
        for _ in 1..<max(1, failures) where delay < maximum { delay = delay * multiplier }
        return min(delay, maximum) * (1 + jitter * random)
    }
}
