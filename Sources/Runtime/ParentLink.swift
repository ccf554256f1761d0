/// The operation of another run that started this one.
public struct ParentLink: Sendable, Hashable {
    public var workflow: WorkflowID
    /// The parent's seed: tells it from another run that had its id before.
    public var seed: UInt64
    public var key: OperationKey
    public var closePolicy: ParentClosePolicy

    public init(workflow: WorkflowID, seed: UInt64, key: OperationKey, closePolicy: ParentClosePolicy) {
        self.workflow = workflow
        self.seed = seed
        self.key = key
        self.closePolicy = closePolicy
    }
}
