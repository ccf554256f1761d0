internal import GRPCCore

/// What arrives on a stream, on either side of a connection.
enum InboundPart: Sendable {
    case metadata(Metadata)
    case message(NGHTTP2MessageBytes)
    /// Only a client gets one.
    case status(Status, Metadata)

    /// How many bytes of messages it has.
    var byteCount: Int { if case .message(let message) = self { message.count } else { 0 } }
}
