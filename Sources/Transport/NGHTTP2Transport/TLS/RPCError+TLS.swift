internal import GRPCCore
internal import NIOSSL

extension RPCError {
    /// The error of a connection whose TLS failed, in words where there are some.
    init(tlsError error: any Error, side: HTTP2Session.Side) {
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
}
