internal import GRPCCore

/// The answer to a request that never becomes a call.
struct Refusal {
    var httpStatus = 200
    var status: Status
    /// Whether the client is told which message encodings there are.
    var namesEncodings = false

    init(status: Status) {
        self.status = status
    }

    /// Why a request can't become a call; nil if it can.
    init?(_ block: HeaderBlock) {
        if !block.isPOST {
            status = Status(code: .internalError, message: "gRPC calls are POST requests.")
            httpStatus = 405
        } else if !block.hasGRPCContentType {
            status = Status(
                code: .invalidArgument,
                message: "The content-type of gRPC calls is application/grpc, with an optional suffix.")
            httpStatus = 415
        } else if let encoding = block.encoding {
            status = Status(
                code: .unimplemented,
                message: "Messages are compressed with '\(encoding)'; only the identity encoding is supported.")
            namesEncodings = true
        } else if block.path == nil {
            status = Status(code: .unimplemented, message: "The path of gRPC calls is /service/method.")
        } else {
            return nil
        }
    }
}
