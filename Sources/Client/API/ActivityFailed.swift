internal import AetherRuntime

/// An activity failed at its last attempt. Thrown in the workflow by the activity's call, the same on every replay.
public struct ActivityFailed: Error, Sendable, Hashable, CustomStringConvertible {
    /// The activity's name.
    public var activity: String
    /// What the error of its last attempt said.
    public var message: String
    /// The type of that error, as its language names it; `Timeout` when one of its limits was exceeded, `Cancelled` when it
    /// ended because it was told to, `WorkerGone` when the worker that had it disappeared.
    public var type: String

    init(activity: String, _ failure: Failure) {
        self.activity = activity
        self.message = failure.message
        self.type = failure.type
    }

    public var description: String { "activity \"\(activity)\" failed: \(Failure(message: message, type: type))" }
}
