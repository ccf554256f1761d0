extension Aether_V1_ParentClosePolicy {
    /// The stable name in JSON.
    package var name: String {
        switch self {
        case .parentCloseCancel: "CANCEL"
        case .parentCloseAbandon: "ABANDON"
        case .parentCloseWait: "WAIT"
        case .UNRECOGNIZED: "POLICY_\(rawValue)"
        }
    }
}
