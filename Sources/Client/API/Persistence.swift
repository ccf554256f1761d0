internal import AetherRuntime

/// How durable the runs of a workflow type are, when it is not the server's default.
public enum Persistence: Sendable, Hashable {
    /// L0: nothing survives the server; fastest.
    case memory
    /// L1: snapshots; after a crash the workflow resumes from its last one, and later steps run again.
    case snapshot
    /// L2: every acknowledged step is on disk before its result is released to the workflow.
    case stateActionLog

    var tier: PersistenceTier {
        switch self {
        case .memory: .memory
        case .snapshot: .snapshot
        case .stateActionLog: .stateActionLog
        }
    }
}
