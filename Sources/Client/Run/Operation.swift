internal import AetherRuntime

/// One call of the workflow's context whose outcome the journal will have. It belongs to one ``RunState``, under whose lock
/// everything of it is used that changes.
///
/// An attempt holds its operation, instead of looking it up by its key at every turn.
final class Operation: @unchecked Sendable {  // Safe: what changes is used under the run's lock alone.
    enum Work {
        /// A closure of this worker, which reports its failed attempts and its outcome.
        case step(StepWork)
        /// The server's: this worker reports the start, the server makes the outcome.
        case remote(RemoteWork)
    }

    /// A caller that waits for the operation.
    struct Waiter {
        /// Counts the waits of the run: what is resolved together is resolved in this order.
        let number: Int
        /// Whether it waits only until the start is in the journal.
        let isForStart: Bool
        /// Resumed once: who resolves the operation, under the run's lock, takes the waiter out.
        let continuation: UnsafeContinuation<Resolution, Never>
    }

    enum Resolution: Sendable, Hashable {
        case completed([UInt8])
        case failed(Failure)
        /// The wait was cancelled, or the run is no longer this worker's.
        case cancelled
        /// The timer fired, or the time to wait was over.
        case fired
        /// The child has ended.
        case closed(WorkflowOutcome)
    }

    let key: OperationKey
    let work: Work
    var waiters: [Waiter] = []
    /// Whether it is among the run's operations: neither resolved nor abandoned, or kept.
    var isCalled = true
    /// Whether it is among those to begin when the run is at rest.
    var isParked = false
    /// The outcome, for callers that come later; only of operations that are kept.
    var outcome: Resolution?

    // Of a remote operation.

    /// Whether its start was given to be reported, or is in the journal.
    var isStarted = false
    /// Whether its start is in the journal.
    var isRecorded = false

    // Of a step.

    /// The attempt that runs or comes next, from 1.
    var attempt = 1
    /// How long to wait before that attempt, counted from the failure of the one before.
    var delay = Duration.zero
    /// When that wait is over, if the failure was found in the journal the run came with.
    var retryAt: Timestamp?
    /// The closure's task, or that of the wait before it, once begun.
    var task: Task<Void, Never>?
    /// When the closure began; `nil` before, and again when it has ended.
    var startedAt: ContinuousClock.Instant?

    init(key: OperationKey, work: Work) {
        self.key = key
        self.work = work
    }

    var step: StepWork? {
        if case .step(let work) = work { work } else { nil }
    }

    var remote: RemoteWork? {
        if case .remote(let work) = work { work } else { nil }
    }
}
