extension Aether_V1_LeaseEnd {
    /// The stable name in JSON.
    package var name: String {
        switch self {
        case .workerGone: "WORKER_GONE"
        case .notHeld: "NOT_HELD"
        case .returned: "RETURNED"
        case .cancelled: "CANCELLED"
        case .evicted: "EVICTED"
        case .terminated: "TERMINATED"
        case .unspecified, .UNRECOGNIZED: "REASON_\(rawValue)"
        }
    }
}
