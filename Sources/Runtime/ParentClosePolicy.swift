/// What becomes of a child when its parent no longer waits for it: because the parent ends, or the call was cancelled.
public enum ParentClosePolicy: UInt8, Sendable, Hashable, CaseIterable {
    /// It is asked to end.
    case cancel = 0
    /// It goes on alone.
    case abandon = 1
    /// The parent's SDK does not end the parent before it; a cancelled or terminated parent asks it to end.
    case wait = 2
}
