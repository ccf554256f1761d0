/// Why a run refuses an event. Nothing changed.
package enum WorkflowError: Error, Equatable, CustomStringConvertible {
    /// The run has ended.
    case closed(WorkflowState)
    /// The report is under a lease that is over; the worker must drop the run.
    case staleLease(reported: UInt64, current: UInt64)
    /// A record is missing before the first one reported.
    case recordGap(expected: UInt64, found: UInt64)
    /// A worker already has the run.
    case alreadyAssigned(epoch: UInt64)
    /// The run has recorded operations, and the worker can't replay.
    case cannotReplay(worker: String)
    /// The attempt at the activity is no longer the worker's, or the activity has ended.
    case staleAttempt(activity: String, attempt: UInt32)
    /// The activity does not wait for a worker.
    case activityNotWaiting
    /// A result is larger than the server takes.
    case tooLarge(bytes: Int, limit: Int)

    package var description: String {
        switch self {
        case .closed(let state):
            "the workflow is already \(state.name)"
        case .staleLease(let reported, let current):
            "the task is stale: it was assigned as attempt \(reported), the workflow is at attempt \(current); drop it and poll for new tasks"
        case .recordGap(let expected, let found):
            "records are missing: expected number \(expected), got \(found)"
        case .alreadyAssigned(let epoch):
            "a worker already has the workflow, as attempt \(epoch)"
        case .staleAttempt(let activity, let attempt):
            "attempt \(attempt) at activity \"\(activity)\" is over; drop it and poll for new tasks"
        case .activityNotWaiting:
            "the activity does not wait for a worker"
        case .tooLarge(let bytes, let limit):
            "a result has \(bytes) bytes, the limit is \(limit); store large data elsewhere and record a reference"
        case .cannotReplay(let worker):
            "the workflow has recorded steps, and worker \(worker) has no journal to replay them"
        }
    }
}
