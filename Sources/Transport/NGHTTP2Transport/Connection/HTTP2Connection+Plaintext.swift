internal import GRPCCore
internal import NIOCore

extension HTTP2Connection {
    /// A server of TLS answers plaintext with an alert.
    static let serverSpeaksTLS = RPCError(
        code: .unavailable, message: "The server speaks TLS, and this client does not; use https://.")
}

extension ByteBuffer {
    /// Whether these are the first bytes of a TLS record with an alert (RFC 8446 §5.1).
    var isTLSAlert: Bool { readableBytesView.starts(with: [21, 3]) }
}
