import NGHTTP2Transport
import Testing

@testable import Aether

@Suite("Credentials")
struct CredentialTests {
    private static let environment = [
        "AETHER_TOKEN": "secret", "AETHER_TLS_CA": "ca", "AETHER_TLS_CLIENT_CERT": "cert",
        "AETHER_TLS_CLIENT_KEY": "key",
    ]

    @Test("come from the environment, where an empty variable sets nothing")
    func environment() {
        let credentials = ServerCredentials(environment: Self.environment)
        #expect(credentials.token == "secret")
        #expect(credentials.tls == TLSFiles(certificate: "cert", key: "key", authorities: "ca"))
        #expect(ServerCredentials(environment: ["AETHER_TOKEN": ""]) == ServerCredentials(token: nil, tls: TLSFiles()))
    }

    @Test("with a token go to another machine over TLS only, unless that is asked for")
    func plaintext() throws {
        var credentials = ServerCredentials(token: "secret", tls: TLSFiles())
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1"] {
            _ = try credentials.transport(host: host, port: 1, isSecure: false)
        }
        _ = try credentials.transport(host: "example.org", port: 1, isSecure: true)
        for host in ["example.org", "10.0.0.1", "127.0.0.1.example.org", "::2", "localhost.example.org"] {
            let error = try #require(throws: AetherError.self) {
                try credentials.transport(host: host, port: 1, isSecure: false)
            }
            #expect(error.message.contains("not sent to \(host) without TLS") && !error.message.contains("secret"))
        }
        credentials.allowsPlaintextToken = true
        _ = try credentials.transport(host: "example.org", port: 1, isSecure: false)
        _ = try ServerCredentials(token: nil, tls: TLSFiles()).transport(host: "example.org", port: 1, isSecure: false)
    }

    @Test("that can't be used say which file is the trouble, when a call is made")
    func files() async throws {
        var configuration = AetherClient.Configuration()
        configuration.caCertificateFile = "/nonexistent/ca.pem"
        configuration.startsServer = false
        let client = AetherClient(serverURL: "https://localhost:1", configuration: configuration)
        let workflow = client.workflow("w") { (_, _: Int) in 0 }
        let error = await #expect(throws: AetherError.self) { try await workflow.start(1) }
        #expect(error?.code == .invalidArgument && error?.message.contains("/nonexistent/ca.pem") == true)
    }
}
