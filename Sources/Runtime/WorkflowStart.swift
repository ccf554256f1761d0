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
    /// Of a run in memory, which engine has it; 0 for one that a store keeps. It is not written: such a run may be lost and begin
    /// again under its id, with leases that count from 1 again, and nobody may take one for the other.
    package var incarnation: UInt64 = 0
    /// What started the run, as tracing knows it.
    package var trace: TraceContext?

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
        /// The ids of the last signals that were received before, ``rememberedSignals`` at most: they are not received again.
        public var signalIDs: [String]

        /// How many signals a run that continues as new remembers, so that one that is sent again is not received again.
        public static let rememberedSignals = 256

        public init(count: UInt64, epoch: UInt64, firstInput: [UInt8], signalIDs: [String] = []) {
            self.count = count
            self.epoch = epoch
            self.firstInput = firstInput
            self.signalIDs = signalIDs
        }
    }
}
