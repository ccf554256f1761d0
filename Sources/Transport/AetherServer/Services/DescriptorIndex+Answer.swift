internal import AetherProtocol
internal import GRPCCore
internal import SwiftProtobuf

extension DescriptorIndex {
    /// Answers one request of the reflection protocol. What isn't there is an answer too, not the end of the call.
    func answer(_ request: Grpc_Reflection_V1_ServerReflectionRequest) -> Grpc_Reflection_V1_ServerReflectionResponse {
        var response = Grpc_Reflection_V1_ServerReflectionResponse()
        response.validHost = request.host
        response.originalRequest = request
        response.messageResponse = answer(request.messageRequest)
        return response
    }

    private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse.OneOf_MessageResponse

    private func answer(_ request: Grpc_Reflection_V1_ServerReflectionRequest.OneOf_MessageRequest?) -> Answer {
        switch request {
        case .fileByFilename(let name):
            return files(closure(ofFile: name), otherwise: "no file \(name)")
        case .fileContainingSymbol(let name):
            return files(closure(ofSymbol: name), otherwise: "nothing is called \(name)")
        case .fileContainingExtension(let wanted):
            return error(
                .notFound, "no extension \(wanted.extensionNumber) of \(wanted.containingType): there are no extensions"
            )
        case .allExtensionNumbersOfType(let name):
            guard isMessage(name) else { return error(.notFound, "no message \(name)") }
            return .allExtensionNumbersResponse(.with { $0.baseTypeName = name })
        case .listServices:
            return .listServicesResponse(
                .with { list in list.service = services.map { name in .with { $0.name = name } } })
        case nil:
            return error(.invalidArgument, "the request asks for nothing")
        }
    }

    private func files(_ files: [Google_Protobuf_FileDescriptorProto]?, otherwise message: String) -> Answer {
        guard let files else { return error(.notFound, message) }
        do {
            let serialized = try files.map { try $0.serializedData() }
            return .fileDescriptorResponse(.with { $0.fileDescriptorProto = serialized })
        } catch {
            return self.error(.internalError, "can't serialize the descriptors: \(error)")
        }
    }

    private func error(_ code: RPCError.Code, _ message: String) -> Answer {
        .errorResponse(
            .with {
                $0.errorCode = Int32(code.rawValue)
                $0.errorMessage = message
            })
    }
}
