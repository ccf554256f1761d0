internal import GRPCCore

/// What arrives on a stream, on either side of a connection.
enum InboundPart: Sendable {
    case metadata(Metadata)
    case message(NGHTTP2MessageBytes)
    /// Only a client gets one.
    case status(Status, Metadata)
}
