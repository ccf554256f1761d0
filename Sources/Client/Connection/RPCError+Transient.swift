internal import GRPCCore
internal import NGHTTP2Transport

extension RPCError {
    /// Whether the same call may succeed later.
    var isTransient: Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .aborted, .cancelled: true
        // A proxy whose server goes in the middle of an answer resets the stream with INTERNAL_ERROR.
        case .internalError: cause is StreamReset
        default: false
        }
    }

    /// Whether the server refused who called, whatever the call was.
    var isOfCaller: Bool { code == .unauthenticated || code == .permissionDenied }
}
