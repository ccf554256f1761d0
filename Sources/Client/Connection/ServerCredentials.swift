internal import GRPCCore
package import NGHTTP2Transport

/// How a client shows who it is, and knows that the server is the right one.
package struct ServerCredentials: Sendable, Hashable {
    /// Sent with every call.
    package var token: String?
    package var tls: TLSFiles
    /// Whether the token goes to other machines without TLS too.
    package var allowsPlaintextToken = false

    package init(token: String?, tls: TLSFiles) {
        self.token = token
        self.tls = tls
    }

    /// What the environment says.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            token: value("AETHER_TOKEN"),
            tls: TLSFiles(
                certificate: value("AETHER_TLS_CLIENT_CERT"), key: value("AETHER_TLS_CLIENT_KEY"),
                authorities: value("AETHER_TLS_CA")))
    }

    /// A transport to a server that shows these credentials; it isn't connected yet.
    ///
    /// - Parameters:
    ///   - host: the server's.
    ///   - port: the server's.
    ///   - isSecure: whether to speak TLS.
    ///   - configuration: limits.
    /// - Returns: the transport.
    /// - Throws: ``AetherError`` `invalidArgument`: a file can't be used, or the token would go unprotected over a network.
    package func transport(
        host: String, port: Int, isSecure: Bool,
        configuration: NGHTTP2ClientTransport.Configuration = NGHTTP2ClientTransport.Configuration()
    ) throws(AetherError) -> NGHTTP2ClientTransport {
        var configuration = configuration
        if let token {
            guard isSecure || allowsPlaintextToken || TransportAddress.isLoopback(host: host) else {
                throw AetherError(
                    code: .invalidArgument,
                    message: "the token is not sent to \(host) without TLS, where others could read it; use https://")
            }
            configuration.metadata = ["authorization": "Bearer \(token)"]
        }
        do throws(TransportError) {
            return NGHTTP2ClientTransport(
                target: .hostPort(host: host, port: port), configuration: configuration,
                tls: isSecure ? try tls.clientContextProvider() : nil)
        } catch {
            throw AetherError(code: .invalidArgument, message: "TLS can't be set up: \(error)")
        }
    }
}
