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
    /// What came before, when the run continues another one as new.
    public var continuation: Continuation?

    public init(
        type: String, input: [UInt8], tier: PersistenceTier, seed: UInt64, parent: ParentLink? = nil,
        continuation: Continuation? = nil
    ) {
        self.type = type
        self.input = input
        self.tier = tier
        self.seed = seed
        self.parent = parent
        self.continuation = continuation
    }

    /// The input that the first of all was started with: what another start with the same id is compared with.
    package var firstInput: [UInt8] { continuation?.firstInput ?? input }

    /// What a run that continues another one as new keeps of it.
    public struct Continuation: Sendable, Hashable {
        /// How many runs came before.
        public var count: UInt64
        /// The number of the last lease before: those of this run are higher.
        public var epoch: UInt64
        /// The input that the first of all was started with.
        public var firstInput: [UInt8]

        public init(count: UInt64, epoch: UInt64, firstInput: [UInt8]) {
            self.count = count
            self.epoch = epoch
            self.firstInput = firstInput
        }
    }
}
