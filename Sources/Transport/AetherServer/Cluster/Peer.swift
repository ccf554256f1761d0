internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import GRPCProtobuf
internal import NGHTTP2Transport
internal import SwiftProtobuf

/// Another server of the database, and the connection to it.
struct Peer: Sendable {
    typealias Transport = NGHTTP2ClientTransport

    /// How long a call may take that nobody waits for something in.
    static let timeout = Duration.seconds(20)

    let node: ClusterNode
    let transport: Transport
    let client: GRPCClient<Transport>

    init(_ node: ClusterNode, transport: Transport) {
        self.node = node
        self.transport = transport
        client = GRPCClient(transport: transport)
    }

    var calls: Aether_V1_NodeService.Client<Transport> { Aether_V1_NodeService.Client(wrapping: client) }

    /// The same between servers themselves, and of workers' calls: one that stands still is to hold up none of what others own.
    static let shortTimeout = Duration.seconds(3)

    static var options: CallOptions { limited(to: timeout) }
    static var shortOptions: CallOptions { limited(to: shortTimeout) }

    private static func limited(to timeout: Duration) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }

    /// Has the peer answer a call of a client or a worker.
    ///
    /// - Parameters:
    ///   - method: of which service it is, the peer knows.
    ///   - request: as it came.
    ///   - options: how long it may take.
    /// - Returns: the peer's answer.
    /// - Throws: `RPCError`: what the peer answers; `unavailable` when it can't be reached.
    func call<Request: Message, Response: Message>(
        _ method: MethodDescriptor, _ request: Request, options: CallOptions = options
    ) async throws -> Response {
        let call = try Aether_V1_NodeCall.with {
            $0.method = method.method
            $0.request = try request.serializedBytes()
        }
        let answer = try await calls.call(call, options: options)
        return try Response(serializedBytes: answer.response)
    }

    /// Has the peer take what workers report of runs that it owns.
    func advance(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        let response = try await transport.unary(
            Aether_V1_NodeService.Method.Advance.descriptor, NGHTTP2MessageBytes(request.encoded()),
            timeout: Self.shortTimeout)
        return try AdvanceCoding.response(response)
    }
}
