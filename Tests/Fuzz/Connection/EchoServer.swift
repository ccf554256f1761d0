internal import GRPCCore

@testable internal import NGHTTP2Transport

/// What stands behind the connection: it sends back what it gets, as calls of every shape do.
enum EchoServer {
    static let stream = MethodDescriptor(fullyQualifiedService: "f.E", method: "S")
    static let unary = MethodDescriptor(fullyQualifiedService: "f.E", method: "U", type: .unary)
    /// Nobody may call it.
    static let secret = MethodDescriptor(fullyQualifiedService: "f.E", method: "X")

    static let paths = PathTable(methods: [stream, unary, secret])

    static func authorize(_ method: MethodDescriptor, _ metadata: Metadata) throws(RPCError) -> String {
        if method == secret { throw RPCError(code: .permissionDenied, message: "Nobody may.") }
        return "caller"
    }

    static func calls(pool: any TaskExecutor) -> ServerCalls {
        ServerCalls(maxConnections: 1, unaryHandlers: [UnaryHandler(unary) { $0 }], pool: pool) { rpc, _ in
            await answer(rpc)
        }
    }

    private static func answer(
        _ rpc: RPCStream<
            RPCAsyncSequence<RPCRequestPart<NGHTTP2MessageBytes>, any Error>,
            RPCWriter<RPCResponsePart<NGHTTP2MessageBytes>>.Closable
        >
    ) async {
        do {
            for try await part in rpc.inbound {
                switch part {
                case .metadata(let metadata): try await rpc.outbound.write(.metadata(metadata))
                case .message(let message): try await rpc.outbound.write(.message(message))
                }
            }
            try await rpc.outbound.write(.status(Status(code: .ok, message: ""), [:]))
            await rpc.outbound.finish()
        } catch {
            await rpc.outbound.finish(throwing: error)
        }
    }
}
