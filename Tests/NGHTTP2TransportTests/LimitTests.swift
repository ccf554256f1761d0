import GRPCCore
import NGHTTP2Transport
import Synchronization
import Testing

extension TransportTests {
    @Suite("Limits and abuse", .timeLimit(.minutes(5)))
    struct LimitTests {
        @Test("a message over the server's limit is RESOURCE_EXHAUSTED, with the limit in the message")
        func requestTooLarge() async throws {
            try await TestRig.run(configureServer: { $0.maxMessageBytes = 1_000 }) { rig in
                let fits = try await rig.send([UInt8](repeating: 1, count: 1_000))
                #expect(fits.count == 1_000)
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([UInt8](repeating: 1, count: 1_001))
                }
                #expect(error?.code == .resourceExhausted)
                #expect(error?.message.hasPrefix("The incoming message has 1001 bytes") == true)
                #expect(error?.message.contains("limit of 1000") == true)
            }
        }

        @Test("a message over the client's limit is RESOURCE_EXHAUSTED, sent or received")
        func clientLimits() async throws {
            try await TestRig.run { rig in
                let smallRequests = CallOptions.with { $0.maxRequestMessageBytes = 10 }
                let sending = await #expect(throws: RPCError.self) {
                    try await rig.send([UInt8](repeating: 1, count: 11), options: smallRequests)
                }
                #expect(sending?.code == .resourceExhausted)
                let smallResponses = CallOptions.with { $0.maxResponseMessageBytes = 10 }
                let receiving = await #expect(throws: RPCError.self) {
                    try await rig.send([UInt8](repeating: 1, count: 11), options: smallResponses)
                }
                #expect(receiving?.code == .resourceExhausted)
            }
        }

        @Test("a header list over the limit is RESOURCE_EXHAUSTED, and the connection goes on")
        func headerList() async throws {
            try await TestRig.run(configureServer: { $0.maxHeaderListBytes = 4_000 }) { rig in
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([1], metadata: ["large": .string(String(repeating: "x", count: 5_000))])
                }
                #expect(error?.code == .resourceExhausted)
                #expect(error?.message.contains("limit of 4000") == true)
                let answer = try await rig.send([1])
                #expect(answer == [1])
            }
        }

        @Test("no more calls run at once than the server allows; the others wait and are answered")
        func maxConcurrentStreams() async throws {
            let counter = Counter()
            var service = TestService()
            service.handlers[.test("Count")] = { request, _ in
                counter.enter()
                for try await _ in request.messages {}
                await Task.yield()
                counter.leave()
                return StreamingServerResponse { writer in
                    try await writer.write([1])
                    return [:]
                }
            }
            try await TestRig.run(service, configureServer: { $0.maxConcurrentStreams = 3 }) { rig in
                _ = try await rig.send([1])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<100 {
                        group.addTask { _ = try await rig.send([1], method: .test("Count")) }
                    }
                    try await group.waitForAll()
                }
                #expect(counter.most <= 3)
            }
        }

        private final class Counter: Sendable {
            private let state = Mutex((now: 0, most: 0))
            var most: Int { state.withLock { $0.most } }
            func enter() {
                state.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
            }
            func leave() { state.withLock { $0.now -= 1 } }
        }

        @Test("bytes that are not HTTP/2 close the connection, and only that one")
        func garbage() async throws {
            try await TestRig.run { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                _ = await raw.untilClosed()
                let answer = try await rig.send([1])
                #expect(answer == [1])
            }
        }

        @Test("a connection that says nothing is closed")
        func silence() async throws {
            try await TestRig.run(configureServer: { $0.handshakeTimeout = .milliseconds(50) }) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                _ = await raw.untilClosed()
                let half = try await RawConnection.connect(port: rig.port)
                half.send(Array(HTTP2Frame.preface.prefix(10)))
                _ = await half.untilClosed()
            }
        }

        /// A server that tolerates 50 resets tells a client to calm down that has 100 streams reset, disconnects it, and serves others.
        private func expectCalm(after frames: (UInt32) -> [UInt8]) async throws {
            let streams = (0..<100).flatMap { frames(UInt32($0 * 2 + 1)) }
            try await TestRig.run(configureServer: {
                $0.floodGuard.resetBurst = 50
                $0.floodGuard.resetsPerSecond = 1
            }) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.preface + HTTP2Frame.settings.bytes + streams)
                let answers = HTTP2Frame.all(in: await raw.untilClosed())
                #expect(answers.contains { $0.type == 7 && $0.errorCode == 11 })
                let answer = try await rig.send([1])
                #expect(answer == [1])
            }
        }

        @Test("a client that opens and resets streams without end is told to calm down and disconnected")
        func rapidReset() async throws {
            try await expectCalm { HTTP2Frame.headers(streamID: $0).bytes + HTTP2Frame.reset(streamID: $0).bytes }
        }

        @Test("a client that makes the server reset its streams without end is told the same")
        func serverResets() async throws {
            try await expectCalm {
                HTTP2Frame.headers(streamID: $0).bytes
                    + HTTP2Frame(type: 8, streamID: $0, payload: [0x7F, 0xFF, 0xFF, 0xFF]).bytes
            }
        }

        @Test("a call that is reset in the same breath costs no handler")
        func resetBeforeStart() async throws {
            let counter = Counter()
            var service = TestService()
            service.handlers[.unary] = { request, context in
                counter.enter()
                return try await TestService.echo(request, context)
            }
            try await TestRig.run(service) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.preface + HTTP2Frame.settings.bytes)
                raw.send(
                    (0..<2_000).flatMap { index in
                        let id = UInt32(index * 2 + 1)
                        return HTTP2Frame.headers(streamID: id).bytes + HTTP2Frame.reset(streamID: id).bytes
                    } + HTTP2Frame(type: 6, payload: [UInt8](repeating: 1, count: 8)).bytes)
                _ = await raw.frame(type: 6) { $0.flags == 1 }
                // Only what two reads cut apart.
                #expect(counter.most < 200)
                let answer = try await rig.send([1])
                #expect(answer == [1])
                raw.close()
            }
        }

        @Test("a flood of PINGs, SETTINGS or empty DATA ends the connection", arguments: [6, 4, 0] as [UInt8])
        func floods(type: UInt8) async throws {
            try await TestRig.run(configureServer: {
                $0.floodGuard.controlFrameBurst = 100
                $0.floodGuard.controlFramesPerSecond = 1
            }) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.preface + HTTP2Frame.settings.bytes + HTTP2Frame.headers(streamID: 1).bytes)
                let frame = HTTP2Frame(
                    type: type, streamID: type == 0 ? 1 : 0, payload: type == 6 ? [UInt8](repeating: 0, count: 8) : [])
                // In one piece: a server that closes with bytes unread would have TCP drop its GOAWAY.
                raw.send((0..<300).flatMap { _ in frame.bytes })
                let frames = HTTP2Frame.all(in: await raw.untilClosed())
                #expect(
                    frames.contains {
                        $0.type == 7 && $0.payload.suffix(from: 4).prefix(4).elementsEqual([0, 0, 0, 11])
                    })
            }
        }

        @Test("a header block in too many CONTINUATION frames ends the connection")
        func continuations() async throws {
            try await TestRig.run { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                var headers = HTTP2Frame.headers(streamID: 1)
                headers.flags = 0
                raw.send(HTTP2Frame.preface + HTTP2Frame.settings.bytes + headers.bytes)
                for _ in 0..<100 {
                    raw.send(HTTP2Frame(type: 9, streamID: 1, payload: [0, 1, 97, 1, 98]).bytes)
                }
                _ = await raw.untilClosed()
            }
        }

        @Test("connections past the limit are closed")
        func maxConnections() async throws {
            try await TestRig.run(configureServer: { $0.maxConnections = 1 }) { rig in
                _ = try await rig.send([1])
                let raw = try await RawConnection.connect(port: rig.port)
                _ = await raw.untilClosed()
                let answer = try await rig.send([1])
                #expect(answer == [1])
            }
        }

        @Test(
            "what isn't gRPC is refused with the HTTP status for it",
            arguments: [
                ("GET", "application/grpc", "405"), ("POST", "text/html", "415"), ("POST", "application/grpcx", "415"),
            ])
        func notGRPC(method: String, contentType: String, status: String) async throws {
            try await TestRig.run { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(
                    HTTP2Frame.preface + HTTP2Frame.settings.bytes
                        + HTTP2Frame.headers(streamID: 1, endStream: true, method: method, contentType: contentType)
                        .bytes)
                let frame = await raw.frame(type: 1)
                // The status is a literal in the header block, Huffman-coded or not.
                let block = frame?.payload ?? []
                #expect(frame?.flags == 0x5)
                #expect(!block.isEmpty && block.first != 0x88, "answered with 200 instead of \(status)")
                raw.close()
            }
        }
    }
}
