/// Delays that double from try to try, each shortened by up to half at random so that many do not try in step.
struct RetryDelay {
    private let range: ClosedRange<Duration>
    private let random: @Sendable () -> UInt64
    private var current: Duration

    /// - Parameters:
    ///   - range: the first delay, and the longest.
    ///   - random: random bits.
    init(_ range: ClosedRange<Duration>, random: @escaping @Sendable () -> UInt64) {
        self.range = range
        self.random = random
        self.current = range.lowerBound
    }

    mutating func next() -> Duration {
        defer { current = min(current * 2, range.upperBound) }
        return current * (1 - Double(random() >> 11) * 0x1p-54)
    }
}
