internal import GRPCCore

extension RPCError {
    /// Whether the same call may succeed later.
    var isTransient: Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .aborted, .cancelled: true
        default: false
        }
    }

    /// Whether the server refused who called, whatever the call was.
    var isOfCaller: Bool { code == .unauthenticated || code == .permissionDenied }
}
