import AetherProtocol
import Foundation
import GRPCCore
import SwiftProtobuf
import Testing

@testable import AetherServer

@Suite("Who may do what")
struct AccessTests {
    private func secret(_ letter: String) -> String { String(repeating: letter, count: 32) }

    private func tokens(_ lines: String...) throws -> TokenSet {
        try TokenSet(lines.joined(separator: "\n"), source: "tokens")
    }

    @Test("every method that the server has is in the rules, and nothing else is")
    func rules() throws {
        let data = try #require(Data(base64Encoded: protocolDescriptorSet))
        let files = try Google_Protobuf_FileDescriptorSet(serializedBytes: data).file
        let methods = files.flatMap { file in
            file.service.flatMap { service in service.method.map { "\(file.package).\(service.name)/\($0.name)" } }
        }
        #expect(methods.count > 20)
        #expect(Set(methods).symmetricDifference(AccessRule.methods.keys) == [])
    }

    @Test("a method that nobody knows is for an admin, and only health is for everyone")
    func defaults() {
        #expect(AccessRule(MethodDescriptor(fullyQualifiedService: "a.B", method: "C")) == .admins)
        let open = AccessRule.methods.filter { $0.value == .everyone }.keys.sorted()
        #expect(open == ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"])
    }

    @Test("a role may do what is its own, and no more", arguments: Role.allCases)
    func roles(role: Role) throws {
        let access = AccessControl(try tokens("\(role.rawValue) name \(secret("a"))"))
        let metadata: Metadata = ["authorization": "Bearer \(secret("a"))"]
        let expected: [(MethodDescriptor, Set<Role>)] = [
            (Aether_V1_ClientService.Method.StartWorkflow.descriptor, [.admin, .client]),
            (Aether_V1_ClientService.Method.DeleteWorkflow.descriptor, [.admin]),
            (Aether_V1_ClientService.Method.AwaitResult.descriptor, [.admin, .client, .readOnly]),
            (Aether_V1_AdminService.Method.ListWorkflows.descriptor, [.admin, .client, .readOnly]),
            (Aether_V1_WorkerService.Method.Advance.descriptor, [.admin, .worker]),
            (Aether_V1_WorkerService.Method.PollTasks.descriptor, [.admin, .worker]),
            (Grpc_Reflection_V1_ServerReflection.Method.ServerReflectionInfo.descriptor, Set(Role.allCases)),
        ]
        for (method, roles) in expected {
            if roles.contains(role) {
                #expect(try access.authorize(method, metadata) == "name", "\(method)")
                continue
            }
            let error = try #require(throws: RPCError.self) { try access.authorize(method, metadata) }
            #expect(error.code == .permissionDenied, "\(method)")
            #expect(error.message.hasSuffix("needs \(roles.names)"), "\(error.message)")
        }
    }

    @Test(
        "without a token, or with one that isn't there, a call is refused",
        arguments: [
            nil, "", "Bearer", "Bearer ", "Bearer x", "Basic", "Digest a", "Basic !",
            "Basic " + Data("a".utf8).base64EncodedString(),
            "Bearer " + String(repeating: "a", count: 31), "Bearer " + String(repeating: "a", count: 33),
            "Bearer " + String(repeating: "a", count: 1000), "Bearer " + String(repeating: "a", count: 32) + "\0",
        ])
    func unknown(authorization: String?) throws {
        let access = AccessControl(try tokens("admin name \(secret("a"))"))
        var metadata = Metadata()
        if let authorization { metadata.addString(authorization, forKey: "authorization") }
        let method = Aether_V1_ClientService.Method.StartWorkflow.descriptor
        let error = try #require(throws: RPCError.self) { try access.authorize(method, metadata) }
        #expect(error.code == .unauthenticated)
        #expect(try access.authorize(Grpc_Health_V1_Health.Method.Check.descriptor, metadata) == "")
    }

    @Test("of several tokens each is found, with its own roles")
    func several() throws {
        let set = try tokens(
            "# people", "admin ada \(secret("a"))", "", "client,worker bob \(secret("b"))  ",
            "read-only eve \(secret("e"))")
        #expect(set.token(secret("a"))?.name == "ada")
        #expect(set.token(secret("b"))?.roles == [.client, .worker])
        #expect(set.token(secret("e"))?.roles == [.readOnly])
        #expect(set.token(secret("x")) == nil)
        #expect(
            try TokenSet("admin ada \(secret("a")); worker bob \(secret("b"))", source: "AETHER_TOKENS").tokens.count
                == 2)
    }

    @Test("tells whose token is gone or allows something else")
    func replaced() throws {
        let access = AccessControl(
            try tokens("admin ada \(secret("a"))", "client bob \(secret("b"))", "client eve \(secret("e"))"))
        let newer = try tokens("admin ada \(secret("a"))", "worker bob \(secret("b"))", "client eve \(secret("f"))")
        #expect(access.replace(with: newer) == ["bob", "eve"])
        #expect(access.replace(with: newer) == [])
    }

    @Test(
        "names the line that is wrong, and never a token",
        arguments: [
            ("", "has no token"), ("# nothing", "has no token"),
            ("admin SECRET", "line 1 is not of the form"),
            ("admin a b SECRET", "line 1 is not of the form"),
            (
                "\nroot ada SECRET",
                "line 2 begins with roles that there are not; they are admin, client, worker, read-only"
            ),
            ("admin,,client ada SECRET", "line 1 begins with roles"),
            ("admin ada SECRET-too-short", "line 1 has no token of 32 to 128 characters"),
            ("admin ada SECRET:SECRET,SECRET:SECRET,SECRET:SECRET", "line 1 has no token of 32"),
            (
                "admin ada SECRETSECRETSECRETSECRETSECRETSECRET\nclient ada SECRETSECRETSECRETSECRETSECRETSECRETS",
                "names ada a second time"
            ),
            (
                "admin ada SECRETSECRETSECRETSECRETSECRETSECRET\nclient bob SECRETSECRETSECRETSECRETSECRETSECRET",
                "line 2 has the token of another line"
            ),
        ])
    func wrong(text: String, message: String) throws {
        let error = try #require(throws: ServerStartError.self) { try TokenSet(text, source: "tokens") }
        #expect(error.message.contains(message), "\(error.message)")
        #expect(!error.message.contains("SECRET"))
    }

    @Test("a file of tokens that others can read is refused, and told how to mend")
    func file() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = Data("admin ada \(secret("a"))\n".utf8)
        for mode in [0o644, 0o640, 0o620, 0o604] {
            _ = FileManager.default.createFile(atPath: path, contents: text, attributes: [.posixPermissions: mode])
            let error = try #require(throws: ServerStartError.self) { try TokenSource.file(path).read() }
            #expect(error.message.contains("chmod 600 \(path)") && error.message.contains(String(mode, radix: 8)))
        }
        _ = FileManager.default.createFile(atPath: path, contents: text, attributes: [.posixPermissions: 0o600])
        #expect(try TokenSource.file(path).read().tokens.map(\.name) == ["ada"])
        try FileManager.default.removeItem(atPath: path)
        let error = try #require(throws: ServerStartError.self) { try TokenSource.file(path).read() }
        #expect(error.message.contains("can't be read"))
    }
}
