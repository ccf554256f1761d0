internal import CNGHTTP2
internal import GRPCCore

extension RPCError.Code {
    /// The code of an answer which isn't gRPC, by its HTTP status (gRPC, "HTTP to gRPC Status Code Mapping").
    init(httpStatus: Int) {
        self =
            switch httpStatus {
            case 400: .internalError
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
    }

    /// The code of a stream that was reset (gRPC over HTTP/2, "Errors").
    init(http2ErrorCode code: UInt32) {
        self =
            switch nghttp2_error_code(code) {
            case NGHTTP2_REFUSED_STREAM: .unavailable
            case NGHTTP2_CANCEL: .cancelled
            case NGHTTP2_ENHANCE_YOUR_CALM: .resourceExhausted
            case NGHTTP2_INADEQUATE_SECURITY: .permissionDenied
            default: .internalError
            }
    }
}

extension RPCError {
    /// The error of a stream which the peer reset.
    static func streamReset(http2ErrorCode code: UInt32) -> RPCError {
        let name = nghttp2_http2_strerror(code).map { String(cString: $0) } ?? "unknown"
        return RPCError(
            code: Code(http2ErrorCode: code),
            message: "The peer reset the stream with \(name) (HTTP/2 error code \(code)).",
            cause: StreamReset(http2ErrorCode: code))
    }

    static func messageTooLarge(bytes: Int, limit: Int, direction: String) -> RPCError {
        RPCError(
            code: .resourceExhausted,
            message: "The \(direction) message has \(bytes) bytes, more than the limit of \(limit) (maxMessageBytes).")
    }

    static let callCancelled = RPCError(code: .cancelled, message: "The call was cancelled.")
    static let deadlineExceeded = RPCError(code: .deadlineExceeded, message: "The call's deadline has passed.")
}
