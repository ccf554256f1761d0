/// What becomes of an activity whose call was cancelled.
public enum ActivityCancellation: UInt8, Sendable, Hashable, CaseIterable {
    /// It is told with its next heartbeat; the workflow goes on at once.
    case `try` = 0
    /// It is told with its next heartbeat; the workflow waits until it has ended.
    case wait = 1
    /// It is not told and goes on, with its retries; the workflow goes on at once. The attempt under way when the run ends
    /// is the last, and is not revoked.
    case abandon = 2
}
