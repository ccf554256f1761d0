internal import AetherRuntime

/// An operation that the server does.
struct RemoteWork: Sendable {
    /// What is reported of its start.
    let start: WorkerRecord
    /// What is reported when nobody waits for it any more; `nil` when the server is not to know.
    var cancel: WorkerRecord?
    /// Whether a caller that is cancelled goes on waiting for the outcome.
    var waitsForOutcome = false
    /// Whether the outcome is kept for callers that ask later, also when nobody waits.
    var isKept = false
}
