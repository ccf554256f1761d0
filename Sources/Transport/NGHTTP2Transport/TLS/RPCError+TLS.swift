internal import GRPCCore
internal import NIOCore
internal import NIOSSL

extension RPCError {
    /// The error of a connection whose channel failed: what TLS says in words, where there are some.
    init(channelError error: any Error, side: HTTP2Session.Side) {
        let message =
            switch error {
            case NIOSSLError.uncleanShutdown: "The connection was closed by the peer or was lost."
            case is NIOSSLExtraError, NIOSSLError.unableToValidateCertificate:
                "The certificate of the \(side.peer) is for another name or address than the one connected to."
            case NIOSSLError.handshakeFailed(let error): Self.reason(error, side)
            case let error as BoringSSLError: Self.reason(error, side)
            default: "The connection failed."
            }
        self.init(code: .unavailable, message: message, cause: error)
    }

    /// BoringSSL names reasons by texts; those that people meet are put in words.
    private static func reason(_ error: BoringSSLError, _ side: HTTP2Session.Side) -> String {
        let text = "\(error)"
        func names(_ reasons: String...) -> Bool { reasons.contains { text.contains($0) } }
        if names("CERTIFICATE_VERIFY_FAILED") {
            return
                "The certificate of the \(side.peer) is not trusted: no CA that this \(side) trusts signed it, or it is "
                + "not valid at this time."
        }
        if names("WRONG_VERSION_NUMBER", "HTTP_REQUEST") { return "The \(side.peer) does not speak TLS." }
        if names("CERTIFICATE_REQUIRED", "PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            return side == .client
                ? "The server asks for a client certificate." : "The client showed no certificate."
        }
        if names("ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE") {
            return "The \(side.peer) does not trust the certificate of this \(side)."
        }
        return "The TLS handshake with the \(side.peer) failed: \(text)."
    }

    /// A server of TLS answers plaintext with an alert.
    static let serverSpeaksTLS = RPCError(
        code: .unavailable, message: "The server speaks TLS, and this client does not; use https://.")
}

extension HTTP2Session.Side {
    var peer: Self { self == .server ? .client : .server }
}

extension ByteBuffer {
    /// Whether these are the first bytes of a TLS record with an alert (RFC 8446 §5.1).
    var isTLSAlert: Bool { readableBytesView.starts(with: [21, 3]) }
}
