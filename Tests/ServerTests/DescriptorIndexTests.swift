import AetherProtocol
import SwiftProtobuf
import Testing

@testable import AetherServer

@Suite("Reflection")
struct DescriptorIndexTests {
    private let index: DescriptorIndex

    init() throws {
        index = try #require(DescriptorIndex(base64: protocolDescriptorSet))
    }

    private func answer(
        _ configure: (inout Grpc_Reflection_V1_ServerReflectionRequest) -> Void
    ) -> Grpc_Reflection_V1_ServerReflectionResponse {
        index.answer(.with(configure))
    }

    @Test("lists every service")
    func services() {
        #expect(
            index.services == [
                "aether.v1.AdminService", "aether.v1.ClientService", "aether.v1.NodeService", "aether.v1.WorkerService",
                "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ])
    }

    @Test(
        "finds the file of a symbol, with what it imports",
        arguments: [
            "aether.v1.ClientService", "aether.v1.ClientService.StartWorkflow", "aether.v1.WorkflowStatus",
            "aether.v1.WorkflowStatus.result",
        ])
    func symbols(name: String) throws {
        let names = try #require(index.closure(ofSymbol: name)).map(\.name)
        #expect(names == ["aether/v1/client.proto", "aether/v1/types.proto"])
    }

    @Test("finds enums and their values", arguments: ["aether.v1.State", "aether.v1.PENDING"])
    func enums(name: String) {
        #expect(index.closure(ofSymbol: name)?.map(\.name) == ["aether/v1/types.proto"])
    }

    @Test("gives files as bytes that a client can read back")
    func bytes() throws {
        let response = answer { $0.fileByFilename = "aether/v1/types.proto" }
        let bytes = try #require(response.fileDescriptorResponse.fileDescriptorProto.first)
        #expect(try Google_Protobuf_FileDescriptorProto(serializedBytes: bytes).package == "aether.v1")
        #expect(response.originalRequest.fileByFilename == "aether/v1/types.proto")
    }

    @Test("answers NOT_FOUND for what isn't there, and goes on")
    func missing() {
        #expect(answer { $0.fileByFilename = "x.proto" }.errorResponse.errorCode == 5)
        #expect(answer { $0.fileContainingSymbol = "x" }.errorResponse.errorCode == 5)
        #expect(answer { $0.fileContainingExtension.containingType = "x" }.errorResponse.errorCode == 5)
        #expect(answer { $0.allExtensionNumbersOfType = "x" }.errorResponse.errorCode == 5)
        #expect(answer { _ in }.errorResponse.errorCode == 3)
    }

    @Test("knows that messages have no extensions")
    func extensions() {
        let response = answer { $0.allExtensionNumbersOfType = "aether.v1.Task" }
        #expect(response.allExtensionNumbersResponse.baseTypeName == "aether.v1.Task")
        #expect(response.allExtensionNumbersResponse.extensionNumber.isEmpty)
    }
}
