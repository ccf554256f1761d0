internal import NIOCore

/// A rate with a burst.
struct TokenBucket {
    private let perSecond: Double
    private let burst: Double
    private var tokens: Double
    private var lastRefill: NIODeadline

    init(perSecond: Int, burst: Int, now: NIODeadline) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        tokens = Double(burst)
        lastRefill = now
    }

    /// Takes a token; false if there is none.
    mutating func take(now: @autoclosure () -> NIODeadline) -> Bool {
        if tokens < 1 {
            let now = now()
            tokens = min(burst, tokens + Double((now - lastRefill).nanoseconds) / 1e9 * perSecond)
            lastRefill = now
        }
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
