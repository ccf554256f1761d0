internal import AetherStorage

/// How much was committed since the engine started.
package struct CommitStatistics: Sendable, Equatable {
    /// Transactions: with group commit far fewer than entries.
    package private(set) var commits = 0
    package private(set) var entries = 0

    mutating func add(_ batch: [Commit]) {
        commits += 1
        entries += batch.reduce(0) { $0 + $1.write.entries.count }
    }

    static func + (lhs: CommitStatistics, rhs: CommitStatistics) -> CommitStatistics {
        var sum = lhs
        sum.commits += rhs.commits
        sum.entries += rhs.entries
        return sum
    }
}
