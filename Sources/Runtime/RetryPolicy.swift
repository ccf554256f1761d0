/// How often and when something that failed is tried again.
public struct RetryPolicy: Sendable, Hashable {
    /// The wait before the second attempt, in milliseconds.
    public var initialMilliseconds: Int64
    /// What each further wait is multiplied with; at least 1.
    public var factor: Double
    /// The longest wait, in milliseconds; 0 is no limit.
    public var maximumMilliseconds: Int64
    /// How many attempts there are in all; 0 is no limit.
    public var attempts: UInt32
    /// The share of a wait that is taken off at random, 0 to 1, so that what failed together is not tried together.
    public var jitter: Double
    /// The types of error after which there is no further attempt.
    public var nonRetryableTypes: [String]

    public init(
        initialMilliseconds: Int64 = 100, factor: Double = 2, maximumMilliseconds: Int64 = 30_000, attempts: UInt32 = 1,
        jitter: Double = 0, nonRetryableTypes: [String] = []
    ) {
        self.initialMilliseconds = initialMilliseconds
        self.factor = factor
        self.maximumMilliseconds = maximumMilliseconds
        self.attempts = attempts
        self.jitter = jitter
        self.nonRetryableTypes = nonRetryableTypes
    }

    /// Whether an attempt that failed is followed by another.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt that failed, from 1.
    ///   - failure: how.
    /// - Returns: whether there is a further attempt.
    public func retries(after attempt: UInt32, _ failure: Failure) -> Bool {
        if failure.isNonRetryable || nonRetryableTypes.contains(failure.type) { return false }
        return attempts == 0 || attempt < attempts
    }

    /// The wait after an attempt that failed, in milliseconds.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt that failed, from 1.
    ///   - random: 64 random bits, which the jitter is made of.
    /// - Returns: the wait, at least 0.
    public func delayMilliseconds(after attempt: UInt32, random: UInt64) -> Int64 {
        // A worker may have sent any number, and also what is none: every comparison with that is false.
        let maximum = maximumMilliseconds > 0 ? maximumMilliseconds : Self.longestMilliseconds
        let longest = Double(min(maximum, Self.longestMilliseconds))
        let growth = factor > 1 ? min(factor, .greatestFiniteMagnitude) : 1
        var delay = max(0, Double(initialMilliseconds))
        for _ in 1..<max(1, min(attempt, Self.attemptsThatCount)) where delay < longest { delay *= growth }
        delay = min(delay, longest)
        let share = Double(random >> 11) / Double(UInt64(1) << 53)
        return Int64(delay * (1 - (jitter > 0 ? min(jitter, 1) : 0) * share))
    }

    /// A hundred years.
    private static let longestMilliseconds: Int64 = 100 * 365 * 24 * 3_600_000
    private static let attemptsThatCount: UInt32 = 10_000
}
