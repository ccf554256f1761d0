internal import AetherProtocol
package import GRPCCore
internal import GRPCProtobuf

/// Server reflection, versions v1 and v1alpha: generic tools learn the API from the server.
///
/// The messages of both versions are the same bytes, so v1's serve both; only the methods' names differ.
package struct ReflectionService: RegistrableRPCService {
    private let index: DescriptorIndex

    /// Of everything in proto/; `nil` when the generated descriptors can't be read.
    package init?() {
        guard let index = DescriptorIndex(base64: protocolDescriptorSet) else { return nil }
        self.index = index
    }

    package func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let methods = [
            Grpc_Reflection_V1_ServerReflection.Method.ServerReflectionInfo.descriptor,
            Grpc_Reflection_V1alpha_ServerReflection.Method.ServerReflectionInfo.descriptor,
        ]
        for method in methods {
            router.registerHandler(
                forMethod: method,
                deserializer: ProtobufDeserializer<Grpc_Reflection_V1_ServerReflectionRequest>(),
                serializer: ProtobufSerializer<Grpc_Reflection_V1_ServerReflectionResponse>()
            ) { request, _ in
                StreamingServerResponse { writer in
                    for try await message in request.messages {
                        try await writer.write(index.answer(message))
                    }
                    return [:]
                }
            }
        }
    }
}
