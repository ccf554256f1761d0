/// Everything that is fixed about a run from the moment it is accepted.
public struct WorkflowStart: Sendable, Hashable {
    /// The workflow's type: the name it was registered under.
    public var type: String
    /// The input as JSON bytes; empty bytes read as `null`.
    public var input: [UInt8]
    public var tier: PersistenceTier
    /// What `uuid()` and `random` are derived from; the same in every SDK and on every replay.
    public var seed: UInt64
    /// The run that started this one as its child, if one did.
    public var parent: ParentLink?

    public init(type: String, input: [UInt8], tier: PersistenceTier, seed: UInt64, parent: ParentLink? = nil) {
        self.type = type
        self.input = input
        self.tier = tier
        self.seed = seed
        self.parent = parent
    }
}
