package import AetherStorage

/// What the HTTP pages tell of a server, at one moment.
package struct ServerSnapshot: Sendable {
    package var counts: WorkflowCounts
    /// How many runs are in memory; those that only wait for what is far off are not.
    package var activeRuns: Int
    package var connectedWorkers: Int
    /// Database commits since the server started.
    package var commits: Int64
    /// Journal entries committed since the server started.
    package var entriesCommitted: Int64
    /// Ended workflows deleted since the server started because they were kept no longer.
    package var expired: Int64
    /// Why the server takes no work now (it drains, its disk is full); `nil` when it does.
    package var notReadyReason: String?

    package init(
        counts: WorkflowCounts, activeRuns: Int, connectedWorkers: Int, commits: Int64, entriesCommitted: Int64,
        expired: Int64, notReadyReason: String?
    ) {
        self.counts = counts
        self.activeRuns = activeRuns
        self.connectedWorkers = connectedWorkers
        self.commits = commits
        self.entriesCommitted = entriesCommitted
        self.expired = expired
        self.notReadyReason = notReadyReason
    }

    package var isReady: Bool { notReadyReason == nil }
}
