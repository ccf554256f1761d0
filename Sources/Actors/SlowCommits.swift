internal import AetherRuntime

/// Which commits are told of as slow: one an interval at most, so that a slow disk does not fill it with complaints.
struct SlowCommits {
    /// How long a commit may take, and how long it is silent after one was told of.
    static let limitMilliseconds: Int64 = 1_000
    static let intervalMilliseconds: Int64 = 10_000

    /// A slow commit, and those since the one before that was told of.
    struct Report: Sendable, Equatable {
        var milliseconds: Int64
        var entries: Int
        /// How many commits were slow since the last report, this one included.
        var count: Int
    }

    private var count = 0
    private var lastReport: Timestamp?

    /// A commit has ended.
    ///
    /// - Returns: what is to be told; `nil` for nothing.
    mutating func note(from start: Timestamp, to end: Timestamp, entries: Int) -> Report? {
        let milliseconds = end.rawValue - start.rawValue
        guard milliseconds >= Self.limitMilliseconds else { return nil }
        count += 1
        if let lastReport, end.rawValue - lastReport.rawValue < Self.intervalMilliseconds { return nil }
        lastReport = end
        defer { count = 0 }
        return Report(milliseconds: milliseconds, entries: entries, count: count)
    }
}
