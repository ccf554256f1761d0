import GRPCCore

/// A unary method that sends its message back, registered as generated code registers one.
struct EchoService: RegistrableRPCService {
    static let method = MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Unary", type: .unary)

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Self.method, deserializer: BytesDeserializer(), serializer: BytesSerializer()
        ) { request, context in
            let response = try await unary(ServerRequest(stream: request), context)
            return StreamingServerResponse(single: response)
        }
    }

    private func unary(_ request: ServerRequest<[UInt8]>, _ context: ServerContext) async throws
        -> ServerResponse<[UInt8]>
    {
        ServerResponse(message: request.message)
    }
}

struct BytesSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
}

struct BytesDeserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> [UInt8] {
        serializedMessageBytes.withUnsafeBytes { Array($0) }
    }
}
