import GRPCCore
import NGHTTP2Transport

/// A server that answers one method from its bytes, and a client connected to it, for as long as the process lives.
struct EchoRig {
    static let method = MethodDescriptor(
        service: ServiceDescriptor(fullyQualifiedService: "bench.Echo"), method: "Unary", type: .unary)

    let client: NGHTTP2ClientTransport

    init() async throws {
        let transport = NGHTTP2ServerTransport(
            address: .hostPort(host: "127.0.0.1", port: 0), unaryHandlers: [UnaryHandler(Self.method) { $0 }])
        let server = GRPCServer(transport: transport, services: [EchoService()])
        // This one and the client's last until the process ends.
        Task { try await server.serve() }
        let client = NGHTTP2ClientTransport(target: try await transport.listeningAddress)
        Task { try await client.connect() }
        self.client = client
    }
}

/// Makes the method known to the server, whose transport answers it.
private struct EchoService: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(forMethod: EchoRig.method, deserializer: Bytes(), serializer: Bytes()) { _, _ in
            throw RPCError(code: .internalError, message: "The transport did not answer.")
        }
    }
}

private struct Bytes: MessageSerializer, MessageDeserializer {
    func serialize<Contents: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Contents { Contents(message) }

    func deserialize<Contents: GRPCContiguousBytes>(_ bytes: Contents) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}
