/// Delays that double from try to try, each shortened by up to half at random so that many do not try in step.
struct RetryDelay {
    private let range: ClosedRange<Duration>
    private var current: Duration

    init(_ range: ClosedRange<Duration>) {
        self.range = range
        self.current = range.lowerBound
    }

    mutating func next() -> Duration {
        defer { current = min(current * 2, range.upperBound) }
        return current * Double.random(in: 0.5...1)
    }
}
