internal import AetherRuntime

/// What becomes of a child when its parent no longer waits for it: because the parent ends, or the call was cancelled.
public enum ParentClosePolicy: Sendable, Hashable {
    /// It is asked to end, as if it had been cancelled.
    case cancel
    /// It goes on alone.
    case abandon
    /// The parent does not end before it. If the call is cancelled, or the parent is, it is asked to end.
    case wait

    var recorded: AetherRuntime.ParentClosePolicy {
        switch self {
        case .cancel: .cancel
        case .abandon: .abandon
        case .wait: .wait
        }
    }
}
