/// Why a step or a workflow failed, in a form every language can read.
public struct Failure: Sendable, Hashable, CustomStringConvertible {
    /// What happened, in the words of the code that failed.
    public var message: String
    /// The type of the error as its language names it; empty when unknown.
    public var type: String
    /// The name of the failing step; empty when the failure lies outside any step.
    public var step: String
    /// Whether trying again cannot help.
    public var isNonRetryable: Bool

    public init(message: String, type: String = "", step: String = "", isNonRetryable: Bool = false) {
        self.message = message
        self.type = type
        self.step = step
        self.isNonRetryable = isNonRetryable
    }

    /// One line for people: the step, the message and the type, as far as they are known.
    public var description: String {
        let cause = type.isEmpty ? message : "\(message) (\(type))"
        return step.isEmpty ? cause : "step \"\(step)\" failed: \(cause)"
    }
}
