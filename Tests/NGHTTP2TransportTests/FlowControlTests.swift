import GRPCCore
import NGHTTP2Transport
import Synchronization
import Testing

extension TransportTests {
    @Suite("Flow control", .timeLimit(.minutes(5)))
    struct FlowControlTests {
        private static let messageBytes = 16 * 1024
        /// Windows and buffers of both sides, what the sockets hold, and some.
        private static let bound = 16 * 1024 * 1024

        /// Counts written bytes and says when the count has stopped growing.
        private final class Progress: Sendable {
            let written = Atomic<Int>(0)

            /// Waits until nothing is written while a hundred other calls of the same connection are answered, one after
            /// the other: whoever could write would have.
            func untilStalled(_ rig: TestRig) async throws -> Int {
                var last = -1
                var quietCalls = 0
                while quietCalls < 100 {
                    _ = try await rig.send([1])
                    let now = written.load(ordering: .relaxed)
                    quietCalls = now == last && now > 0 ? quietCalls + 1 : 0
                    last = now
                }
                return last
            }
        }

        @Test("a client that stops reading stops the handler that writes, and a reset frees it")
        func serverWriter() async throws {
            let progress = Progress()
            let ended = Signal<any Error>()
            var service = TestService()
            service.handlers[.expand] = { _, _ in
                StreamingServerResponse { writer in
                    do {
                        while true {
                            try await writer.write([UInt8](repeating: 1, count: Self.messageBytes))
                            progress.written.add(Self.messageBytes, ordering: .relaxed)
                        }
                    } catch {
                        ended.fire(error)
                        throw error
                    }
                }
            }
            try await TestRig.run(service) { rig in
                try await rig.bidirectional(method: .expand) { _ in
                } read: { response in
                    var messages = response.messages.makeAsyncIterator()
                    _ = try await messages.next()
                    let stalled = try await progress.untilStalled(rig)
                    #expect(stalled < Self.bound)
                    // Reading on sets the writer going again.
                    for _ in 0..<(2 * stalled / Self.messageBytes) { _ = try await messages.next() }
                    #expect(progress.written.load(ordering: .relaxed) > stalled)
                }
                _ = try await ended.value
            }
        }

        @Test("a handler that stops reading stops the client that writes")
        func clientWriter() async throws {
            let progress = Progress()
            let stalled = Signal<Void>()
            var service = TestService()
            service.handlers[.collect] = { request, _ in
                var messages = request.messages.makeAsyncIterator()
                _ = try await messages.next()
                try await stalled.value
                var count = 1
                while try await messages.next() != nil { count += 1 }
                let total = count
                return StreamingServerResponse { writer in
                    try await writer.write(Array("\(total)".utf8))
                    return [:]
                }
            }
            let count = 2 * Self.bound / Self.messageBytes
            try await TestRig.run(service) { rig in
                async let answer = rig.bidirectional(method: .collect) { writer in
                    for _ in 0..<count {
                        try await writer.write([UInt8](repeating: 1, count: Self.messageBytes))
                        progress.written.add(Self.messageBytes, ordering: .relaxed)
                    }
                } read: { response in
                    var answer: [UInt8] = []
                    for try await message in response.messages { answer += message }
                    return String(decoding: answer, as: UTF8.self)
                }
                let written = try await progress.untilStalled(rig)
                #expect(written < Self.bound)
                // A stream that is held up holds up no other.
                let other = try await rig.send([1, 2, 3])
                #expect(other == [1, 2, 3])
                stalled.fire()
                #expect(try await answer == "\(count)")
            }
        }

        @Test("a message larger than the window arrives")
        func largeMessage() async throws {
            try await TestRig.run(configureServer: { $0.streamWindowBytes = 65_535 }) { rig in
                let message = [UInt8](repeating: 3, count: 5_000_000)
                for _ in 0..<3 {
                    let answer = try await rig.send(message)
                    #expect(answer == message)
                }
            }
        }
    }
}
