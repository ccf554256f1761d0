/// How durable a workflow is. Fixed for a run when it starts.
public enum PersistenceTier: UInt8, Sendable, Hashable, CaseIterable {
    /// L0: nothing survives the server; fastest.
    case memory = 0
    /// L1: snapshots, coalesced; after a crash the workflow resumes from its last one and later steps run again.
    case snapshot = 1
    /// L2: every acknowledged step is on disk before its result is released to the workflow.
    case stateActionLog = 2

    /// The name of `--persistence` and of `aether.toml`.
    public var name: String {
        switch self {
        case .memory: "memory"
        case .snapshot: "snapshot"
        case .stateActionLog: "state-action-log"
        }
    }

    /// How many outcomes of a run's steps its worker may go on with before the server has them.
    package var stepsAhead: Int {
        switch self {
        case .memory: 64
        case .snapshot, .stateActionLog: 0
        }
    }

    public init?(name: String) {
        guard let tier = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = tier
    }
}
