internal import AetherRuntime

/// How often something that failed is tried again, and after which delays.
///
/// The delay after the first failure is `initial`, after each further one `factor` times the one before, at most
/// `maximum`; each is then made shorter at random by up to the share `jitter`, so that many that failed together don't come
/// back together. Attempts are counted in the journal: a crash neither loses nor repeats one, nor begins a
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
    /// The greatest share, 0 to 1, of a delay that is taken off at random.
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
    ///   - jitter: the greatest share, 0 to 1, of a delay that is taken off at random.
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

    /// The policy as it is recorded and sent.
    var recorded: AetherRuntime.RetryPolicy {
        AetherRuntime.RetryPolicy(
            initialMilliseconds: initial.wholeMilliseconds, factor: factor,
            maximumMilliseconds: max(1, maximum.wholeMilliseconds), attempts: UInt32(clamping: attempts ?? 0),
            jitter: jitter, nonRetryableTypes: nonRetryable.sorted())
    }
}
