import GRPCCore
import NGHTTP2Transport

extension CallOptions {
    static func with(_ change: (inout CallOptions) -> Void) -> CallOptions {
        var options = CallOptions.defaults
        change(&options)
        return options
    }
}

/// A server and a client of it, both running.
struct TestRig: Sendable {
    let client: GRPCClient<NGHTTP2ClientTransport>
    let clientTransport: NGHTTP2ClientTransport
    let server: GRPCServer<NGHTTP2ServerTransport>
    let address: TransportAddress

    var port: Int { if case .hostPort(_, let port) = address { port } else { 0 } }

    static let loopback = TransportAddress.hostPort(host: "127.0.0.1", port: 0)

    /// Runs `body` with a server and a client, and shuts both down afterwards.
    static func run(
        _ service: TestService = TestService(), address: TransportAddress = loopback,
        unaryHandlers: [UnaryHandler] = [], serverTLS: TLSContextProvider? = nil, clientTLS: TLSContextProvider? = nil,
        authorize: CallAuthorizer? = nil,
        configureServer: (inout NGHTTP2ServerTransport.Configuration) -> Void = { _ in },
        configureClient: (inout NGHTTP2ClientTransport.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestRig) async throws -> Void
    ) async throws {
        var serverConfiguration = NGHTTP2ServerTransport.Configuration()
        configureServer(&serverConfiguration)
        var clientConfiguration = NGHTTP2ClientTransport.Configuration()
        configureClient(&clientConfiguration)
        let serverTransport = NGHTTP2ServerTransport(
            address: address, configuration: serverConfiguration, unaryHandlers: unaryHandlers, tls: serverTLS,
            authorize: authorize)
        let server = GRPCServer(transport: serverTransport, services: [service])
        let configuration = clientConfiguration
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            let bound = try await serverTransport.listeningAddress
            let clientTransport = NGHTTP2ClientTransport(target: bound, configuration: configuration, tls: clientTLS)
            let client = GRPCClient(transport: clientTransport)
            group.addTask {
                do {
                    try await client.runConnections()
                } catch let error as RuntimeError where error.code == .clientIsStopped {
                    // The body needed no connection, and has ended before one was begun.
                }
            }
            let rig = TestRig(client: client, clientTransport: clientTransport, server: server, address: bound)
            do {
                try await body(rig)
            } catch {
                group.cancelAll()
                throw error
            }
            client.beginGracefulShutdown()
            server.beginGracefulShutdown()
            try await group.waitForAll()
        }
    }

    // MARK: Calls

    func unary(
        _ message: [UInt8], metadata: Metadata = [:], method: MethodDescriptor = .unary,
        options: CallOptions = .defaults
    ) async throws -> ClientResponse<[UInt8]> {
        try await client.unary(
            request: ClientRequest(message: message, metadata: metadata), descriptor: method,
            serializer: BytesSerializer(), deserializer: BytesDeserializer(), options: options
        ) { $0 }
    }

    /// Makes a unary call for its message.
    func send(
        _ message: [UInt8], metadata: Metadata = [:], method: MethodDescriptor = .unary,
        options: CallOptions = .defaults
    ) async throws -> [UInt8] {
        try await unary(message, metadata: metadata, method: method, options: options).message
    }

    func bidirectional<R: Sendable>(
        method: MethodDescriptor = .bidirectional, options: CallOptions = .defaults,
        write: @escaping @Sendable (RPCWriter<[UInt8]>) async throws -> Void,
        read: @escaping @Sendable (StreamingClientResponse<[UInt8]>) async throws -> R
    ) async throws -> R {
        try await client.bidirectionalStreaming(
            request: StreamingClientRequest(producer: write), descriptor: method, serializer: BytesSerializer(),
            deserializer: BytesDeserializer(), options: options, onResponse: read)
    }
}
