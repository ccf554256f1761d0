internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import GRPCProtobuf
internal import NGHTTP2Transport

/// A connection to another server over the network.
struct GRPCPeerConnection: PeerConnection {
    typealias Transport = NGHTTP2ClientTransport

    private let transport: Transport
    private let client: GRPCClient<Transport>

    init(transport: Transport) {
        self.transport = transport
        client = GRPCClient(transport: transport)
    }

    /// Makes a call. That the connection has been given up in the meantime GRPCCore says in an error of its own.
    private func calling<Result: Sendable>(
        _ body: (Aether_V1_NodeService.Client<Transport>) async throws -> Result
    ) async throws -> Result {
        do {
            return try await body(Aether_V1_NodeService.Client(wrapping: client))
        } catch let error as RuntimeError {
            throw RPCError(code: .unavailable, message: "the connection to the server has ended", cause: error)
        }
    }

    private static func options(_ timeout: Duration?) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }

    func run() async throws {
        try await client.runConnections()
    }

    func beginGracefulShutdown() {
        client.beginGracefulShutdown()
    }

    func call(_ request: Aether_V1_NodeCall, timeout: Duration?) async throws -> Aether_V1_NodeAnswer {
        try await calling { try await $0.call(request, options: Self.options(timeout)) }
    }

    func advance(_ request: AdvanceRequest, timeout: Duration) async throws -> AdvanceResponse {
        let response = try await transport.unary(
            Aether_V1_NodeService.Method.Advance.descriptor, NGHTTP2MessageBytes(request.encoded()), timeout: timeout)
        return try AdvanceCoding.response(response)
    }

    func deliver(_ request: Aether_V1_DeliverRequest, timeout: Duration) async throws -> Aether_V1_DeliverResponse {
        try await calling { try await $0.deliver(request, options: Self.options(timeout)) }
    }

    func look(timeout: Duration) async throws {
        _ = try await calling { try await $0.look(Aether_V1_LookRequest(), options: Self.options(timeout)) }
    }

    func http(_ request: Aether_V1_NodeHttpRequest, timeout: Duration) async throws -> Aether_V1_NodeHttpAnswer {
        try await calling { try await $0.http(request, options: Self.options(timeout)) }
    }

    func getHeldTasks(_ request: Aether_V1_HeldTasksRequest, timeout: Duration) async throws -> Aether_V1_HeldTasks {
        try await calling { try await $0.getHeldTasks(request, options: Self.options(timeout)) }
    }

    func getHistory<Result: Sendable>(
        _ request: Aether_V1_HistoryRequest,
        take: @escaping @Sendable (RPCAsyncSequence<Aether_V1_JournalEntry, any Error>) async throws -> Result
    ) async throws -> Result {
        try await calling { try await $0.getHistory(request) { try await take($0.messages) } }
    }

    func watch(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WatchResultsRequest>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_WatchResultsResponse) async throws -> Void
    ) async throws {
        try await calling {
            try await $0.watch(requestProducer: send) {
                for try await message in $0.messages { try await take(message) }
            }
        }
    }

    func shareWorkers(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WorkerShare>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_TaskShare) async throws -> Void
    ) async throws {
        try await calling {
            try await $0.shareWorkers(requestProducer: send) {
                for try await message in $0.messages { try await take(message) }
            }
        }
    }
}
