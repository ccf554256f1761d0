internal import AetherRuntime

/// A step threw. Thrown in the workflow by the step's call, the same on every replay.
public struct StepFailed: Error, Sendable, Hashable, CustomStringConvertible {
    /// The step's name.
    public var step: String
    /// What its error said.
    public var message: String
    /// The type of its error, as its language names it.
    public var type: String

    init(step: String, _ failure: Failure) {
        self.step = step
        self.message = failure.message
        self.type = failure.type
    }

    public var description: String { Failure(message: message, type: type, step: step).description }
}
