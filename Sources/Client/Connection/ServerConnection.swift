internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import NGHTTP2Transport
internal import Synchronization

/// One connection to the server, made when it is first used and again whenever it breaks, until this object goes.
final class ServerConnection: Sendable {
    private typealias GRPC = GRPCClient<NGHTTP2ClientTransport>

    private let client: GRPC
    private let task: Task<Void, Never>

    init(_ address: ServerAddress) {
        let client = GRPC(transport: NGHTTP2ClientTransport(target: .hostPort(host: address.host, port: address.port)))
        self.client = client
        // Cancelled when this object goes; it ends by itself never.
        self.task = Task { try? await client.runConnections() }
    }

    deinit {
        task.cancel()
    }

    var worker: Aether_V1_WorkerService.Client<NGHTTP2ClientTransport> { .init(wrapping: client) }
    var workflows: Aether_V1_ClientService.Client<NGHTTP2ClientTransport> { .init(wrapping: client) }
}
