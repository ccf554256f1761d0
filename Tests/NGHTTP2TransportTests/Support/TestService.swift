import GRPCCore

/// A service whose methods are closures over bytes.
struct TestService: RegistrableRPCService {
    typealias Handler =
        @Sendable (StreamingServerRequest<[UInt8]>, ServerContext) async throws -> StreamingServerResponse<[UInt8]>

    var handlers: [MethodDescriptor: Handler] = [
        .unary: echo, .collect: collect, .expand: expand, .bidirectional: echo,
    ]

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        for (method, handler) in handlers {
            router.registerHandler(
                forMethod: method, deserializer: BytesDeserializer(), serializer: BytesSerializer()
            ) { request, context in try await handler(request, context) }
        }
    }

    /// Sends every message back, and the request's metadata that starts with "echo-" as initial and trailing metadata.
    static let echo: Handler = { request, _ in
        var echoed = Metadata()
        echoed.add(contentsOf: request.metadata.filter { $0.key.hasPrefix("echo-") })
        let metadata = echoed
        return StreamingServerResponse(metadata: metadata) { writer in
            for try await message in request.messages { try await writer.write(message) }
            return metadata
        }
    }

    /// Sends all messages back as one.
    static let collect: Handler = { request, _ in
        var all: [UInt8] = []
        for try await message in request.messages { all += message }
        let message = all
        return StreamingServerResponse { writer in
            try await writer.write(message)
            return [:]
        }
    }

    /// Sends each byte of the messages back as a message.
    static let expand: Handler = { request, _ in
        StreamingServerResponse { writer in
            for try await message in request.messages {
                for byte in message { try await writer.write([byte]) }
            }
            return [:]
        }
    }
}
