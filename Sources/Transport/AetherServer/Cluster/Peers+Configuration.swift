internal import AetherActors
internal import AetherRuntime
internal import GRPCCore
internal import Logging
internal import NGHTTP2Transport

extension Peers {
    /// The peers of a server: its certificate and its token are what it shows them.
    ///
    /// - Throws: ``ServerStartError`` when it has nothing to show, or a certificate can't be used.
    convenience init(_ server: ServerConfiguration, engine: Engine, logger: Logger) throws(ServerStartError) {
        var configuration = NGHTTP2ClientTransport.Configuration()
        configuration.maxMessageBytes = 64 * 1024 * 1024
        configuration.backoff.initial = .milliseconds(50)
        configuration.backoff.maximum = .seconds(1)
        if let token = server.nodeToken {
            configuration.metadata = ["authorization": "Bearer \(token)"]
        } else if server.tokens != nil {
            throw ServerStartError(
                message: "servers that share a database show one another a token: set AETHER_NODE_TOKEN to one of the "
                    + "role admin")
        }
        let tls: TLSContextProvider?
        do throws(TransportError) {
            tls = try server.tls.map { files throws(TransportError) in try files.clientContextProvider() }
        } catch {
            throw ServerStartError(message: "TLS can't be set up: \(error)")
        }
        self.init(
            engine: engine,
            connect: { [configuration] node in
                TransportAddress(node.address).map { target in
                    GRPCPeerConnection(
                        transport: GRPCPeerConnection.Transport(target: target, configuration: configuration, tls: tls))
                }
            }, logger: logger)
    }
}
