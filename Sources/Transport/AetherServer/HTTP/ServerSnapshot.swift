package import AetherStorage

/// What the text page and the health pages tell of a server, at one moment.
package struct ServerSnapshot: Sendable {
    package var counts: WorkflowCounts
    package var connectedWorkers: Int
    /// Why the server takes no work now (it drains, its disk is full); `nil` when it does.
    package var notReadyReason: String?

    package init(counts: WorkflowCounts, connectedWorkers: Int, notReadyReason: String?) {
        self.counts = counts
        self.connectedWorkers = connectedWorkers
        self.notReadyReason = notReadyReason
    }
}
