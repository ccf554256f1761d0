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

    /// Short enough for a worker to be back within the server's grace period.
    private static let backoff = Backoff(
        initial: .milliseconds(50), maximum: .seconds(1), multiplier: 1.6, jitter: 0.2)

    init(_ address: ServerAddress) {
        var configuration = NGHTTP2ClientTransport.Configuration()
        configuration.backoff = Self.backoff
        let target = TransportAddress.hostPort(host: address.host, port: address.port)
        let client = GRPC(transport: NGHTTP2ClientTransport(target: target, configuration: configuration))
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
