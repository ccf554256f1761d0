internal import AetherProtocol
internal import GRPCCore
internal import NGHTTP2Transport

/// One connection to the server, made when it is first used and again whenever it breaks, until this object goes.
final class ServerConnection<Transport: ClientTransport>: ServerCalls {
    private let client: GRPCClient<Transport>
    private let task: Task<Void, Never>

    init(_ transport: Transport) {
        let client = GRPCClient(transport: transport)
        self.client = client
        // Cancelled when this object goes; it ends by itself never.
        self.task = Task.detached { try? await client.runConnections() }
    }

    deinit {
        task.cancel()
    }

    var worker: Aether_V1_WorkerService.Client<Transport> { .init(wrapping: client) }
    var workflows: any Aether_V1_ClientService.ClientProtocol {
        Aether_V1_ClientService.Client<Transport>(wrapping: client)
    }
}

extension ServerConnection<NGHTTP2ClientTransport> {
    /// Over the network.
    convenience init(_ address: ServerAddress) {
        var configuration = NGHTTP2ClientTransport.Configuration()
        // Short enough for a worker to be back within the server's grace period.
        configuration.backoff = Backoff(
            initial: .milliseconds(50), maximum: .seconds(1), multiplier: 1.6, jitter: 0.2)
        let target = TransportAddress.hostPort(host: address.host, port: address.port)
        self.init(NGHTTP2ClientTransport(target: target, configuration: configuration))
    }
}
