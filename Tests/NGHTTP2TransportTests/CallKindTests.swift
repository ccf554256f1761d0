import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Calls", .timeLimit(.minutes(5)))
    struct CallKindTests {
        @Test(
            "a unary call is answered, whatever its message's size",
            arguments: [0, 1, 128, 16_379, 16_384, 70_000, 3_000_000])
        func unary(bytes: Int) async throws {
            try await TestRig.run { rig in
                let message = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let response = try await rig.unary(message)
                #expect(try response.message == message)
            }
        }

        @Test("a call of a method whose kind nobody declared is answered")
        func unknownKind() async throws {
            var service = TestService()
            service.handlers[.test("Plain")] = TestService.echo
            try await TestRig.run(service) { rig in
                let answer = try await rig.send([1, 2], method: .test("Plain"))
                #expect(answer == [1, 2])
            }
        }

        @Test("a client-streaming call gets all messages in order")
        func clientStreaming() async throws {
            try await TestRig.run { rig in
                let response = try await rig.client.clientStreaming(
                    request: StreamingClientRequest { writer in
                        for index in 0..<100 { try await writer.write([UInt8(index)]) }
                    },
                    descriptor: .collect, serializer: BytesSerializer(), deserializer: BytesDeserializer(),
                    options: .defaults
                ) { try $0.message }
                #expect(response == (0..<100).map { UInt8($0) })
            }
        }

        @Test("a server-streaming call delivers all messages in order")
        func serverStreaming() async throws {
            try await TestRig.run { rig in
                let bytes = (0..<200).map { UInt8($0) }
                let received = try await rig.client.serverStreaming(
                    request: ClientRequest(message: bytes), descriptor: .expand, serializer: BytesSerializer(),
                    deserializer: BytesDeserializer(), options: .defaults
                ) { response in
                    var received: [UInt8] = []
                    for try await message in response.messages { received += message }
                    return received
                }
                #expect(received == bytes)
            }
        }

        @Test("a bidirectional call is a conversation: each side can wait for the other's message")
        func bidirectional() async throws {
            try await TestRig.run { rig in
                let (answers, continuation) = AsyncStream<[UInt8]>.makeStream()
                let count = try await rig.bidirectional { writer in
                    var answers = answers.makeAsyncIterator()
                    for index in 0..<50 {
                        try await writer.write([UInt8(index)])
                        let answer = await answers.next()
                        #expect(answer == [UInt8(index)])
                    }
                } read: { response in
                    var count = 0
                    for try await message in response.messages {
                        count += 1
                        continuation.yield(message)
                    }
                    return count
                }
                #expect(count == 50)
            }
        }

        @Test("a thousand calls at once over one connection are all answered")
        func concurrency() async throws {
            try await TestRig.run { rig in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<1_000 {
                        group.addTask {
                            let message = [UInt8(index & 0xFF), UInt8(index >> 8)]
                            let answer = try await rig.send(message)
                            #expect(answer == message)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        @Test("calls work over a Unix domain socket, whose stale file is replaced")
        func unixDomainSocket() async throws {
            let path = "/tmp/nghttp2-transport-\(UInt64.random(in: 0...UInt64.max)).sock"
            for _ in 0..<2 {
                try await TestRig.run(address: .unixDomainSocket(path: path)) { rig in
                    let answer = try await rig.send([7])
                    #expect(answer == [7])
                }
            }
        }

        @Test("a call of an unknown method is UNIMPLEMENTED, as a trailers-only answer")
        func unknownMethod() async throws {
            try await TestRig.run { rig in
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([], method: .test("Nothing"))
                }
                #expect(error?.code == .unimplemented)
            }
        }

        @Test("handler and caller know each other's address")
        func peers() async throws {
            var service = TestService()
            service.handlers[.test("Peer", .unary)] = { _, context in
                StreamingServerResponse { writer in
                    try await writer.write(Array("\(context.remotePeer) \(context.localPeer)".utf8))
                    return [:]
                }
            }
            try await TestRig.run(service) { rig in
                let peers = String(decoding: try await rig.send([], method: .test("Peer", .unary)), as: UTF8.self)
                #expect(peers.hasPrefix("ipv4:127.0.0.1:"))
                #expect(peers.hasSuffix(" ipv4:127.0.0.1:\(rig.port)"))
            }
        }
    }
}
