internal import Aether
internal import AetherProtocol
internal import GRPCCore
internal import NGHTTP2Transport

/// A connection to a server for the time of one command.
struct ServerConnection: Sendable {
    let client: Aether_V1_ClientService.Client<NGHTTP2ClientTransport>
    let admin: Aether_V1_AdminService.Client<NGHTTP2ClientTransport>
    let server: ServerURL
    /// What every call gets: how long it may take.
    let options: CallOptions

    /// Connects, runs the command, disconnects.
    ///
    /// - Throws: What `body` throws, an `RPCError` in the words of ``CommandFailure/init(_:server:)``.
    static func open<Result: Sendable>(
        _ connection: ConnectionOptions,
        _ body: @Sendable @escaping (ServerConnection) async throws -> Result
    ) async throws -> Result {
        try await open(
            try connection.url(), try connection.credentials(),
            timeout: connection.timeout?.duration ?? ConnectionOptions.standardTimeout, body)
    }

    static func open<Result: Sendable>(
        _ server: ServerURL, _ credentials: ServerCredentials,
        timeout: Duration = ConnectionOptions.standardTimeout,
        _ body: @Sendable @escaping (ServerConnection) async throws -> Result
    ) async throws -> Result {
        var options = CallOptions.defaults
        options.timeout = timeout
        do {
            let transport = try credentials.transport(host: server.host, port: server.port, isSecure: server.isSecure)
            return try await withGRPCClient(transport: transport) { client in
                try await body(
                    ServerConnection(
                        client: Aether_V1_ClientService.Client(wrapping: client),
                        admin: Aether_V1_AdminService.Client(wrapping: client), server: server, options: options))
            }
        } catch let error as AetherError {
            throw CommandFailure(error.message)
        } catch let error as RPCError {
            throw CommandFailure(error, server: server)
        }
    }
}
