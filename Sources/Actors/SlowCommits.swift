/// Which commits are told of as slow: one an interval at most, so that a slow disk does not fill it with complaints.
struct SlowCommits {
    /// How long a commit may take, and how long it is silent after one was told of.
    static let limit = Duration.seconds(1)
    static let interval = Duration.seconds(10)

    /// A slow commit, and those since the one before that was told of.
    struct Report: Sendable, Equatable {
        var duration: Duration
        var entries: Int
        /// How many commits were slow since the last report, this one included.
        var count: Int
    }

    private var count = 0
    private var lastReport: Duration?

    /// A commit has ended, at an instant of a clock that never jumps.
    ///
    /// - Returns: what is to be told; `nil` for nothing.
    mutating func note(_ duration: Duration, endingAt end: Duration, entries: Int) -> Report? {
        guard duration >= Self.limit else { return nil }
        count += 1
        if let lastReport, end - lastReport < Self.interval { return nil }
        lastReport = end
        defer { count = 0 }
        return Report(duration: duration, entries: entries, count: count)
    }
}
