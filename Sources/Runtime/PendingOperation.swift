/// An operation that has begun and has no outcome yet.
package struct PendingOperation: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case timer(fireAt: Timestamp)
        indirect case child(ChildStart)
        indirect case activity(ActivityProgress)
        case signal(name: String, deadline: Timestamp?)
        /// A step that failed and is tried again in its worker.
        indirect case step(attempt: UInt32, failure: Failure, retryAt: Timestamp)
    }

    /// The place of the entry that began it.
    package var sequence: UInt64
    package var kind: Kind
    /// Whether the branch that waited for it was cancelled.
    package var isCancelled = false
}
