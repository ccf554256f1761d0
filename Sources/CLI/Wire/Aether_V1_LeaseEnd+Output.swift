internal import AetherProtocol

extension Aether_V1_LeaseEnd {
    /// Why a worker lost the run, for people.
    var text: String {
        switch self {
        case .workerGone: "the worker is gone"
        case .notHeld: "the worker came back without it"
        case .returned: "the worker gave it back"
        case .cancelled: "the workflow was cancelled"
        case .evicted: "it only waits, and the worker made room"
        case .terminated: "the workflow was terminated"
        case .unspecified, .UNRECOGNIZED: "for a reason this version doesn't know"
        }
    }
}
