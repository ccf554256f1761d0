internal import AetherRuntime

/// A run ended FAILED: its function threw.
public struct WorkflowFailed: Error, Sendable, Hashable, CustomStringConvertible {
    public var workflowID: String
    /// What the error said.
    public var message: String
    /// The type of the error, as its language names it.
    public var type: String
    /// The name of the failing step; empty when the error came from elsewhere.
    public var step: String

    init(_ workflowID: String, _ failure: Failure) {
        self.workflowID = workflowID
        self.message = failure.message
        self.type = failure.type
        self.step = failure.step
    }

    public var description: String {
        "workflow \(workflowID) failed: \(Failure(message: message, type: type, step: step))"
    }
}
