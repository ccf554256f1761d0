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

    /// The seed of the run that it starts. The same whenever that is started: a child in memory that is lost and started again
    /// is still the parent of its own children.
    package var childSeed: UInt64 { SplitMix64.hash(seed, key.rawValue, 0) }
}
