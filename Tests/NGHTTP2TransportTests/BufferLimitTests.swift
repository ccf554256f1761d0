import GRPCCore
import NGHTTP2Transport
import Synchronization
import Testing

extension TransportTests {
    @Suite("What waits in memory is bounded", .timeLimit(.minutes(5)))
    struct BufferLimitTests {
        /// The start of a message of `length` bytes, in DATA frames.
        private func data(_ stream: UInt32, length: Int, sending count: Int) -> [UInt8] {
            let prefix: [UInt8] = [0] + (0..<4).map { UInt8(length >> (24 - 8 * $0) & 0xFF) }
            let bytes = prefix + [UInt8](repeating: 7, count: count)
            return stride(from: 0, to: bytes.count, by: 16_384).flatMap { at in
                HTTP2Frame(type: 0, streamID: stream, payload: Array(bytes[at..<min(bytes.count, at + 16_384)])).bytes
            }
        }

        /// The last 50,000 bytes of a stream's message.
        private func rest(of stream: UInt32) -> [UInt8] {
            (0..<5).flatMap { part in
                HTTP2Frame(
                    type: 0, flags: part == 4 ? 1 : 0, streamID: stream, payload: [UInt8](repeating: 7, count: 10_000)
                ).bytes
            }
        }

        private func open(_ streams: [UInt32]) -> [UInt8] { streams.flatMap { HTTP2Frame.headers(streamID: $0).bytes } }

        @Test("of calls whose unfinished messages are too much together, the one that holds most ends, others go on")
        func unfinishedMessages() async throws {
            try await TestRig.run(configureServer: { $0.connectionBufferBytes = 1_000_000 }) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.greeting + open([1, 3, 5, 7, 9]))
                for (stream, count) in [(1, 200_000), (3, 240_000), (5, 200_000), (7, 200_000), (9, 200_000)] {
                    raw.send(data(UInt32(stream), length: 250_000, sending: count))
                }
                // The end of a call; headers of the others may have come before.
                let answer = await raw.frame(type: 1) { $0.flags & 1 == 1 }
                #expect(answer?.streamID == 3)
                raw.send(rest(of: 5))
                let other = await raw.frame(type: 0)
                #expect(other?.streamID == 5)
                raw.close()
            }
        }

        @Test("a call that has a message to send while as much waits as may is RESOURCE_EXHAUSTED")
        func outgoing() async throws {
            let refused = Signal<RPCError>()
            var service = TestService()
            service.handlers[.unary] = { _, _ in
                StreamingServerResponse { writer in
                    do {
                        try await writer.write([UInt8](repeating: 1, count: 200_000))
                    } catch let error as RPCError {
                        if error.code == .resourceExhausted { refused.fire(error) }
                        throw error
                    }
                    return [:]
                }
            }
            try await TestRig.run(service, configureServer: { $0.connectionBufferBytes = 1_000_000 }) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                // Windows of nothing: the client lets nothing be sent.
                raw.send(HTTP2Frame.preface + HTTP2Frame(type: 4, payload: [0, 4, 0, 0, 0, 0]).bytes)
                for stream in stride(from: UInt32(1), to: 21, by: 2) {
                    raw.send(
                        HTTP2Frame.headers(streamID: stream).bytes
                            + HTTP2Frame(type: 0, flags: 1, streamID: stream, payload: [0, 0, 0, 0, 0]).bytes)
                }
                let error = try await refused.value
                #expect(error.message.contains("1000000 bytes"))
                let answer = try await rig.send([1])
                #expect(answer.count == 200_000)
                raw.close()
            }
        }

        @Test("past half of the limit the client's window stays shut until messages are taken")
        func withheldWindow() async throws {
            let go = Signal<Void>()
            var service = TestService()
            service.handlers[.unary] = { request, _ in
                try await go.value
                for try await _ in request.messages {}
                return StreamingServerResponse { _ in [:] }
            }
            try await TestRig.run(
                service,
                configureServer: {
                    $0.connectionBufferBytes = 400_000
                    $0.connectionWindowBytes = 100_000
                }
            ) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.greeting + open([1, 3]))
                let sender = Mutex(Sender())
                _ = await raw.frame { frame in
                    sender.withLock { sender in
                        sender.take(frame)
                        if sender.isStalled { go.fire() }
                        raw.send(sender.next())
                        return sender.hasSentAll
                    }
                }
                let sent = sender.withLock { $0.sentWhenStalled }
                #expect(sent.map { (200_000...310_000).contains($0) } == true, "\(sent ?? 0) bytes")
                #expect(sender.withLock { $0.hasSentAll })
                raw.close()
            }
        }

        /// Sends messages of 10,000 bytes on two streams as the connection's window allows.
        private struct Sender {
            private var window = 65_535
            private var sent = 0
            /// PINGs that were answered since something could be sent.
            private var roundTrips = 0
            private var isPinging = false
            private(set) var sentWhenStalled: Int?

            /// Nothing can be sent, and what the server had to say until then, it has said: an answer to a PING may overtake
            /// what opens the window, and the first may be to one that was sent before the last message.
            var isStalled: Bool { roundTrips >= 3 }
            var hasSentAll: Bool { sent == 390_000 }

            mutating func take(_ frame: HTTP2Frame) {
                if frame.type == 8, frame.streamID == 0 {
                    window += frame.payload.reduce(0) { $0 << 8 | Int($1) }
                }
                guard frame.type == 6, frame.flags == 1 else { return }
                isPinging = false
                roundTrips += 1
                if isStalled, sentWhenStalled == nil { sentWhenStalled = sent }
            }

            mutating func next() -> [UInt8] {
                var bytes: [UInt8] = []
                while window >= 10_000, !hasSentAll {
                    roundTrips = 0
                    let stream: UInt32 = sent < 200_000 ? 1 : 3
                    bytes +=
                        HTTP2Frame(
                            type: 0, streamID: stream,
                            payload: [0, 0, 0, 0x27, 0x0B] + [UInt8](repeating: 7, count: 9_995)
                        ).bytes
                    window -= 10_000
                    sent += 10_000
                }
                if isPinging { return bytes }
                isPinging = true
                return bytes + HTTP2Frame(type: 6, payload: [UInt8](repeating: 1, count: 8)).bytes
            }
        }

        @Test("past the total the connection that holds most is told to go, others stay")
        func total() async throws {
            try await TestRig.run(configureServer: { $0.totalBufferBytes = 1_000_000 }) { rig in
                let small = try await RawConnection.connect(port: rig.port)
                small.send(HTTP2Frame.greeting + open([1]))
                small.send(data(1, length: 250_000, sending: 200_000))
                let greedy = try await RawConnection.connect(port: rig.port)
                greedy.send(HTTP2Frame.greeting + open([1, 3, 5, 7, 9]))
                for stream: UInt32 in [1, 3, 5, 7, 9] { greedy.send(data(stream, length: 250_000, sending: 200_000)) }
                let frames = HTTP2Frame.all(in: await greedy.untilClosed())
                #expect(frames.contains { $0.type == 7 && $0.errorCode == 11 })
                // The other may go on, now that there is room.
                small.send(rest(of: 1))
                let answer = await small.frame(type: 0)
                #expect(answer?.streamID == 1)
                small.close()
            }
        }

        /// A field of 4,000 bytes that the table keeps, and then `count` references to it of one byte each.
        private func bomb(stream: UInt32, references count: Int) -> [UInt8] {
            var headers = HTTP2Frame.headers(streamID: stream)
            let length: [UInt8] = [0x7F] + [UInt8((3_960 - 127) & 0x7F | 0x80), UInt8((3_960 - 127) >> 7)]
            headers.payload += [0x40, 1, 120] + length + [UInt8](repeating: 98, count: 3_960)
            headers.payload += [UInt8](repeating: 0xBE, count: count)
            return headers.bytes
        }

        @Test(
            "a header block that stands for more than the limit ends its call; for four times as much, the connection")
        func headerBomb() async throws {
            try await TestRig.run { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.greeting + bomb(stream: 1, references: 30))
                let answer = await raw.frame(type: 1)
                #expect(answer?.flags == 0x5)
                raw.send(bomb(stream: 3, references: 33))
                let frame = await raw.frame(type: 7)
                #expect(frame?.errorCode == 11)
                let other = try await rig.send([1])
                #expect(other == [1])
            }
        }
    }
}
