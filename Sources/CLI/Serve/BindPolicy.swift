internal import AetherServer
internal import NGHTTP2Transport

/// Who may reach the server: other machines only if nobody can listen in, and nobody comes in without a token.
enum BindPolicy {
    /// Refuses an address that other machines reach while there are not both TLS and tokens.
    ///
    /// - Parameters:
    ///   - configuration: The address, and what protects it.
    ///   - isInsecureAllowed: Whether `--insecure` was given.
    /// - Throws: ``CommandFailure`` that names what is missing, and the ways out.
    static func check(_ configuration: ServerConfiguration, isInsecureAllowed: Bool) throws(CommandFailure) {
        guard !TransportAddress.isLoopback(host: configuration.host), !isInsecureAllowed else { return }
        var missing: [String] = []
        if configuration.tls == nil { missing.append("TLS (--tls-cert, --tls-key)") }
        if configuration.tokens == nil { missing.append("tokens (--tokens-file)") }
        if missing.isEmpty { return }
        throw CommandFailure(
            "refusing to listen on \(configuration.host) without \(missing.joined(separator: " and ")): whoever reaches it could "
                + "run and read workflows; add what is missing, use 127.0.0.1, or add --insecure if the network is trusted"
        )
    }
}
