import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Who may call", .timeLimit(.minutes(5)))
    struct AuthorizerTests {
        /// Takes calls of those who say their name, and only `ada` may call `Bidirectional`.
        private static let authorize: CallAuthorizer = { method, metadata throws(RPCError) in
            guard let name = metadata[stringValues: "name"].first(where: { _ in true }) else {
                throw RPCError(code: .unauthenticated, message: "say who you are")
            }
            guard method.method != "Bidirectional" || name == "ada" else {
                throw RPCError(code: .permissionDenied, message: "only ada may")
            }
            return name
        }

        @Test("a call without permission never reaches its handler, be it one of GRPCCore or a unary one, or none")
        func refused() async throws {
            let answersUnary = UnaryHandler(.unary) { $0 }
            try await TestRig.run(unaryHandlers: [answersUnary], authorize: Self.authorize) { rig in
                for method in [MethodDescriptor.unary, .collect, .test("Nowhere")] {
                    let error = await #expect(throws: RPCError.self) { try await rig.send([1], method: method) }
                    #expect(error?.code == .unauthenticated && error?.message == "say who you are")
                }
                let answer = try await rig.send([1], metadata: ["name": "bob"])
                #expect(answer == [1])
                #expect(try await rig.send([1], metadata: ["name": "bob"], method: .collect) == [1])
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([1], metadata: ["name": "bob"], method: .bidirectional)
                }
                #expect(error?.code == .permissionDenied)
                #expect(try await rig.send([1], metadata: ["name": "ada"], method: .bidirectional) == [1])
            }
        }

        @Test("a client's own metadata goes with every call, the quick ones too")
        func clientMetadata() async throws {
            try await TestRig.run(
                unaryHandlers: [UnaryHandler(.unary) { $0 }], authorize: Self.authorize,
                configureClient: { $0.metadata = ["name": "ada"] }
            ) { rig in
                #expect(try await rig.send([1], method: .bidirectional) == [1])
                let answer = try await rig.clientTransport.unary(.unary, NGHTTP2MessageBytes([5]))
                #expect(answer.withUnsafeBytes { Array($0) } == [5])
            }
        }

        @Test("the calls of a caller who may call no longer end with the reason, and those of others go on")
        func cut() async throws {
            var service = TestService()
            service.handlers[.test("Echo", .bidirectionalStreaming)] = TestService.echo
            try await TestRig.run(service, authorize: Self.authorize) { rig in
                let (ada, bob) = (Signal<Void>(), Signal<Void>())
                async let adas = hold(rig, "ada", .bidirectional, ada)
                async let bobs = hold(rig, "bob", .test("Echo", .bidirectionalStreaming), bob)
                try await ada.value
                try await bob.value
                rig.server.transport.cutCalls(
                    of: ["ada"], RPCError(code: .unauthenticated, message: "ada is gone"))
                let error = try await adas
                #expect(error?.code == .unauthenticated && error?.message == "ada is gone")
                rig.server.transport.cutCalls(of: ["bob"], RPCError(code: .unauthenticated, message: "bob too"))
                let bobsError = try await bobs
                #expect(bobsError?.message == "bob too")
            }
        }

        /// Makes a call that ends when the server ends it; returns with what.
        private func hold(
            _ rig: TestRig, _ name: String, _ method: MethodDescriptor, _ begun: Signal<Void>
        ) async throws -> RPCError? {
            do {
                try await rig.client.bidirectionalStreaming(
                    request: StreamingClientRequest(metadata: ["name": "\(name)"]) { writer in
                        try await writer.write([1])
                        try await Task.sleep(for: .seconds(3600))
                    }, descriptor: method, serializer: BytesSerializer(), deserializer: BytesDeserializer(),
                    options: .defaults
                ) { response in
                    for try await _ in response.messages { begun.fire() }
                }
                return nil
            } catch let error as RPCError {
                return error
            }
        }
    }
}
