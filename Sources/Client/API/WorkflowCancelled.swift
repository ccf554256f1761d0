/// A run ended CANCELLED.
public struct WorkflowCancelled: Error, Sendable, Hashable, CustomStringConvertible {
    public var workflowID: String

    public var description: String { "workflow \(workflowID) was cancelled" }
}
