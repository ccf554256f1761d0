internal import AetherRuntime

/// How often something that failed is tried again, and after which delays.
///
/// The delay after the first failure is `initial`, after each further one `factor` times the one before, at most
/// `maximum`; each is then made shorter or longer at random by up to the share `jitter`, so that many that failed together
/// don't come back together. Attempts are counted in the journal: a crash neither loses nor repeats one, nor begins a
/// delay again.
public struct RetryPolicy: Sendable, Hashable {
    /// The delay after the first failure; not negative.
    public var initial: Duration
    /// By what each delay is longer than the one before; at least 1.
    public var factor: Double
    /// The longest delay.
    public var maximum: Duration
    /// How many attempts are made in all; at least 1. `nil` for as many as it takes.
    public var attempts: Int?
    /// The share, 0 to 1, by which a delay is made shorter or longer at random.
    public var jitter: Double
    /// Types of errors, as their language names them, that are not tried again. ``NonRetryableError`` never is.
    public var nonRetryable: Set<String>

    /// One attempt.
    public static let none = RetryPolicy.exponential(attempts: 1)

    /// Attempts with growing delays between them.
    ///
    /// - Parameters:
    ///   - initial: the delay after the first failure; a negative one counts as zero.
    ///   - factor: by what each delay is longer than the one before; less than 1 counts as 1.
    ///   - maximum: the longest delay.
    ///   - attempts: how many attempts are made in all; less than 1 counts as 1, `nil` is as many as it takes.
    ///   - jitter: the share, 0 to 1, by which a delay is made shorter or longer at random.
    ///   - nonRetryable: types of errors, as `"\(type(of: error))"` names them, that are not tried again.
    /// - Returns: the policy.
    public static func exponential(
        initial: Duration = .seconds(1),
        factor: Double = 2,
        maximum: Duration = .seconds(60),
        attempts: Int? = nil,
        jitter: Double = 0.1,
        nonRetryable: Set<String> = []
    ) -> RetryPolicy {
        RetryPolicy(
            initial: max(.zero, initial), factor: max(1, factor), maximum: max(.zero, maximum),
            attempts: attempts.map { max(1, $0) }, jitter: min(max(0, jitter), 1), nonRetryable: nonRetryable)
    }

    /// The delay before the next attempt, if there is to be one.
    ///
    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - failure: why.
    ///   - random: in 0 ..< 1, for the jitter.
    /// - Returns: `nil` when it is not tried again.
    func delay(after attempt: Int, _ failure: Failure, random: Double) -> Duration? {
        if failure.isNonRetryable || nonRetryable.contains(failure.type) { return nil }
        if let attempts, attempt >= attempts { return nil }
        var delay = min(initial, maximum)
        var count = 1
        while count < attempt, delay < maximum, factor > 1, delay > .zero {
            delay = min(delay * factor, maximum)
            count += 1
        }
        return delay * (1 + jitter * (2 * random - 1))
    }
}
