package import AetherRuntime

extension Aether_V1_Tier {
    package init(_ tier: PersistenceTier?) {
        switch tier {
        case nil: self = .unspecified
        case .memory: self = .memory
        case .snapshot: self = .snapshot
        case .stateActionLog: self = .stateActionLog
        }
    }
}

extension PersistenceTier {
    /// - Returns: `nil` when it is not specified, or a value that a newer version added.
    package init?(_ wire: Aether_V1_Tier) {
        switch wire {
        case .memory: self = .memory
        case .snapshot: self = .snapshot
        case .stateActionLog: self = .stateActionLog
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
