internal import Aether
internal import AetherServer
internal import ArgumentParser
internal import Foundation
internal import NGHTTP2Transport

/// What every client command takes.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: "The server, http://host:port, or https:// for TLS. Default: AETHER_SERVER, else http://localhost:7233.")
    var server: String?

    @Option(help: "The file of the token, which only its owner can read. Default: AETHER_TOKEN has the token itself.")
    var tokenFile: String?

    @Option(help: "The PEM file of the server's CA. Default: AETHER_TLS_CA, else those of the system.")
    var tlsCa: String?

    @Option(help: "The PEM file of a client certificate. Default: AETHER_TLS_CLIENT_CERT.")
    var tlsCert: String?

    @Option(help: "The PEM file of its private key. Default: AETHER_TLS_CLIENT_KEY.")
    var tlsKey: String?

    @Flag(help: "Send the token to another machine without TLS too.")
    var insecure = false

    @Option(help: "How long to wait for the server: 10, 500ms, 2m. Default: 10s for every call.")
    var timeout: TimeSpan?

    @Flag(help: "Print JSON: one document, or one a line for lists.")
    var json = false

    /// How long a call may take unless `--timeout` says so.
    static let standardTimeout = Duration.seconds(10)

    func url(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> ServerURL {
        if let server { return try ServerURL(server) }
        if let text = environment["AETHER_SERVER"], !text.isEmpty { return try ServerURL(text) }
        return .standard
    }

    func credentials(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> ServerCredentials {
        var credentials = ServerCredentials(environment: environment)
        if let tokenFile {
            do throws(ServerStartError) {
                credentials.token = try TokenSource.secret(at: tokenFile, what: "token")
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            } catch {
                throw CommandFailure(error.message)
            }
        }
        if let tlsCa { credentials.tls.authorities = tlsCa }
        if let tlsCert { credentials.tls.certificate = tlsCert }
        if let tlsKey { credentials.tls.key = tlsKey }
        credentials.allowsPlaintextToken = insecure
        return credentials
    }
}
