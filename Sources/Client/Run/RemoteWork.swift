internal import AetherRuntime

/// An operation that the server does.
struct RemoteWork: Sendable {
    /// What happens when nobody waits for the operation any more.
    enum Cancellation: Sendable {
        /// The server is told; the caller that is cancelled goes on at once.
        case tell
        /// The server is told; the caller that is cancelled goes on waiting for the outcome.
        case tellAndWait
        /// The server is not told; the caller that is cancelled goes on at once.
        case leave
    }

    /// What is reported of its start.
    let start: WorkerRecord
    var cancellation = Cancellation.tell
    /// Whether the outcome is kept for callers that ask later, also when nobody waits.
    var isKept = false
    /// Whether the run ends only after it.
    var isAwaitedAtEnd = false
}
