/// Why a worker lost a run before it ended.
public enum LeaseEnd: UInt8, Sendable, Hashable, CaseIterable {
    /// The worker's stream broke and it did not come back within the grace period.
    case workerGone = 1
    /// The worker registered anew and no longer had the run.
    case notHeld = 2
    /// The worker gave the run back, for example because it shuts down.
    case returned = 3
    /// The run was cancelled while a plain worker had it.
    case cancelled = 4
    /// The run only waits, and the worker made room: it needs none until something it waits for happens.
    case evicted = 5
    /// The run was terminated.
    case terminated = 6

    public var explanation: String {
        switch self {
        case .workerGone: "the worker was gone for longer than the grace period"
        case .notHeld: "the worker came back without the run"
        case .returned: "the worker gave the run back"
        case .cancelled: "the run was cancelled"
        case .evicted: "the run only waits, and the worker made room"
        case .terminated: "the run was terminated"
        }
    }
}
