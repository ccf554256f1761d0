import Foundation
import GRPCCore
import NGHTTP2Transport
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

extension TransportTests {
    @Suite("TLS", .timeLimit(.minutes(5)))
    struct TLSTests {
        let made: TestCertificates
        let server: TLSFiles
        let client: TLSFiles

        init() throws {
            made = try TestCertificates()
            try made.makeAuthority("ca")
            try made.makeAuthority("other-ca")
            server = try made.make("server", by: "ca")
            client = try made.make("client", by: "ca")
        }

        private var authority: String { made.path("ca.pem") }
        private var trusting: TLSFiles { TLSFiles(authorities: authority) }

        /// The message of a call's failure, if there is one.
        private func failure(
            server: TLSFiles?, client: TLSFiles?, protocols: [String] = ["h2"]
        ) async throws -> String? {
            let serverContext = try server?.serverContext(protocols: protocols)
            let clientContext = try client?.clientContext()
            let message = Mutex<String?>(nil)
            try await TestRig.run(
                serverTLS: serverContext.map { context -> TLSContextProvider in { context } },
                clientTLS: clientContext.map { context -> TLSContextProvider in { context } }
            ) { rig in
                do {
                    let echoed = try await rig.send([1, 2])
                    #expect(echoed == [1, 2])
                } catch let error as RPCError {
                    #expect(error.code == .unavailable)
                    message.withLock { $0 = error.message }
                }
            }
            return message.withLock { $0 }
        }

        @Test("calls go over it, those of a unary handler and large ones too")
        func calls() async throws {
            let (serverContext, clientContext) = (try server.serverContext(), try trusting.clientContext())
            let handler = UnaryHandler(.unary) { $0 }
            try await TestRig.run(
                unaryHandlers: [handler], serverTLS: { serverContext }, clientTLS: { clientContext }
            ) { rig in
                let large = [UInt8](repeating: 7, count: 3_000_000)
                #expect(try await rig.send(large) == large)
                #expect(try await rig.send([1], method: .collect) == [1])
                let echoed = try await rig.bidirectional {
                    for byte in UInt8(0)..<100 { try await $0.write([byte]) }
                } read: { response in
                    var messages: [[UInt8]] = []
                    for try await message in response.messages { messages.append(message) }
                    return messages
                }
                #expect(echoed == (0..<100).map { [$0] })
            }
        }

        @Test("a server's certificate of another CA, of another name, or that has expired, is refused")
        func untrusted() async throws {
            let stranger = try made.make("stranger", by: "other-ca")
            let misnamed = try made.make("misnamed", by: "ca", for: "DNS:other.example")
            let expired = try made.make("expired", by: "ca", days: -1)
            #expect(try await failure(server: server, client: trusting) == nil)
            #expect(try await failure(server: stranger, client: trusting)?.contains("is not trusted: no CA") == true)
            #expect(try await failure(server: misnamed, client: trusting)?.contains("is for another name") == true)
            #expect(try await failure(server: expired, client: trusting)?.contains("not valid at this time") == true)
        }

        @Test("a server that names a CA for its clients takes those with a certificate of that CA, and no others")
        func clientCertificates() async throws {
            let mutual = server.trusting(authority)
            let stranger = try made.make("stranger", by: "other-ca").trusting(authority)
            let expired = try made.make("expired", by: "ca", days: -1).trusting(authority)
            #expect(try await failure(server: mutual, client: client.trusting(authority)) == nil)
            #expect(
                try await failure(server: mutual, client: trusting) == "The server asks for a client certificate.")
            let distrust = "The server does not trust the certificate of this client."
            #expect(try await failure(server: mutual, client: stranger) == distrust)
            #expect(try await failure(server: mutual, client: expired) == distrust)
        }

        @Test("of TLS and plaintext on the two sides the error says which is which")
        func oneSided() async throws {
            #expect(try await failure(server: server, client: nil)?.contains("use https://") == true)
            #expect(try await failure(server: nil, client: trusting) == "The server does not speak TLS.")
        }

        @Test("a peer that does not agree on h2 by ALPN is refused")
        func noALPN() async throws {
            let message = try await failure(server: server, client: trusting, protocols: ["http/1.1"])
            #expect(message?.contains("ALPN") == true)

            // Long before the server gives up on a client that says nothing.
            let minutes = Duration.seconds(600)
            _ = try await bytes(from: server, within: minutes) { $0.applicationProtocols = ["http/1.1"] }
            _ = try await bytes(from: server, within: minutes) { $0.applicationProtocols = [] }
        }

        @Test("TLS before 1.2 is refused")
        func oldVersions() async throws {
            let new = try await bytes(from: server) { $0.maximumTLSVersion = .tlsv12 }
            #expect(!new.isEmpty)
            let old = try await bytes(from: server) { $0.maximumTLSVersion = .tlsv11 }
            #expect(old.isEmpty)
        }

        @Test("a new connection takes the certificate of that moment")
        func renewal() async throws {
            let current = Mutex(try server.serverContext())
            let renewed = try made.make("renewed", by: "other-ca").serverContext()
            let clientContext = try trusting.clientContext()
            let otherContext = try TLSFiles(authorities: made.path("other-ca.pem")).clientContext()
            try await TestRig.run(
                serverTLS: { current.withLock { $0 } }, clientTLS: { clientContext }
            ) { rig in
                #expect(try await rig.send([1]) == [1])
                current.withLock { $0 = renewed }
                let second = NGHTTP2ClientTransport(target: rig.address, tls: { otherContext })
                try await withGRPCClient(transport: second) { client in
                    let other = TestRig(
                        client: client, clientTransport: second, server: rig.server, address: rig.address)
                    let echoed = try await other.send([2])
                    #expect(echoed == [2])
                }
                #expect(try await rig.send([3]) == [3])
            }
        }

        @Test("a client's context is made anew when its files have changed, and stays while they can't be used")
        func clientRenewal() throws {
            let files = try made.make("renewing", by: "ca").trusting(authority)
            let provider = try files.clientContextProvider()
            let first = try provider()
            #expect(try provider() === first)
            _ = try made.make("renewing", by: "ca")
            let second = try provider()
            #expect(second !== first)
            try Data("nothing".utf8).write(to: URL(fileURLWithPath: made.path("renewing.pem")))
            #expect(try provider() === second)
        }

        @Test("a client that never begins the handshake is disconnected, and holds up no shutdown")
        func silentClient() async throws {
            let context = try server.serverContext()
            try await TestRig.run(
                serverTLS: { context }, configureServer: { $0.handshakeTimeout = .milliseconds(50) }
            ) { rig in
                let connection = try await RawConnection.connect(port: rig.port)
                #expect(await connection.untilClosed().isEmpty)
            }
            try await TestRig.run(serverTLS: { context }) { rig in
                _ = try await RawConnection.connect(port: rig.port)
            }
        }

        @Test("files that can't be used are named, and why")
        func files() throws {
            let error = try #require(throws: TransportError.self) {
                try TLSFiles(certificate: "/nonexistent.pem", key: server.key).serverContext()
            }
            #expect(error.message.contains("/nonexistent.pem can't be read"))
            let swapped = try #require(throws: TransportError.self) {
                try TLSFiles(certificate: server.key, key: server.certificate).serverContext()
            }
            #expect(swapped.message.contains("server.key has no PEM certificate"))
            let wrongKey = try #require(throws: TransportError.self) {
                try TLSFiles(certificate: server.certificate, key: client.key).serverContext()
            }
            #expect(wrongKey.message.contains("does not fit"))
            let half = try #require(throws: TransportError.self) {
                try TLSFiles(certificate: client.certificate).clientContext()
            }
            #expect(half.message.contains("no key"))
        }

        /// What the server sends to a client of TLS that says nothing itself once the handshake is over.
        private func bytes(
            from files: TLSFiles, within limit: Duration = .milliseconds(300),
            to configure: (inout TLSConfiguration) -> Void
        ) async throws -> [UInt8] {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            configuration.applicationProtocols = ["h2"]
            configure(&configuration)
            let context = try NIOSSLContext(configuration: configuration)
            let serverContext = try files.serverContext()
            let received = Mutex<[UInt8]>([])
            try await TestRig.run(
                serverTLS: { serverContext }, configureServer: { $0.handshakeTimeout = limit }
            ) { rig in
                let bytes = try await RawConnection.connect(port: rig.port, tls: context).untilClosed()
                received.withLock { $0 = bytes }
            }
            return received.withLock { $0 }
        }
    }
}
