internal import AetherRuntime

/// What happens when the call of an activity is cancelled, with the run or with the branch that made it.
public enum ActivityCancellation: Sendable, Hashable {
    /// The call throws `CancellationError` at once; the activity is told with its next heartbeat, and what becomes of it is
    /// of no interest. One that runs nowhere yet never will.
    case `try`
    /// The activity is told with its next heartbeat, and the call goes on waiting: it returns or throws what the activity
    /// does, which may complete all the same.
    case wait
    /// The call throws `CancellationError` at once; the activity is not told and goes on, with its retries. When the run ends,
    /// the attempt under way goes on as long as it sends no heartbeat, and is the last.
    case abandon

    var recorded: AetherRuntime.ActivityCancellation {
        switch self {
        case .try: .try
        case .wait: .wait
        case .abandon: .abandon
        }
    }

    var operation: RemoteWork.Cancellation {
        switch self {
        case .try: .tell
        case .wait: .tellAndWait
        case .abandon: .leave
        }
    }
}
