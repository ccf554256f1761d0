import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Unary calls without GRPCCore", .timeLimit(.minutes(5)))
    struct UnaryHandlerTests {
        private struct Trouble: Error {}

        private static let handlers: [UnaryHandler] = [
            UnaryHandler(.unary) { NGHTTP2MessageBytes($0.withUnsafeBytes { $0.reversed() }) },
            UnaryHandler(.test("Refuse")) { _ in throw RPCError(code: .notFound, message: "no such thing") },
            UnaryHandler(.test("Fail")) { _ in throw Trouble() },
        ]

        /// A server knows a method only if one of its services has it.
        private static var service: TestService {
            var service = TestService()
            for name in ["Refuse", "Fail", "Stuck"] { service.handlers[.test(name)] = TestService.echo }
            return service
        }

        private func call(
            _ rig: TestRig, _ method: MethodDescriptor, _ message: [UInt8] = [1, 2, 3], timeout: Duration? = nil
        ) async throws -> [UInt8] {
            let response = try await rig.clientTransport.unary(method, NGHTTP2MessageBytes(message), timeout: timeout)
            return response.withUnsafeBytes { Array($0) }
        }

        @Test("are answered straight from their bytes, whichever of the two sides does without it")
        func bothSides() async throws {
            try await TestRig.run(Self.service, unaryHandlers: Self.handlers) { rig in
                let large = [UInt8](repeating: 7, count: 1_000_000) + [1]
                for message: [UInt8] in [[1, 2, 3], [], large] {
                    let response = try await call(rig, .unary, message)
                    #expect(response == message.reversed())
                }
                let byGRPCCore = try await rig.send([1, 2, 3])
                #expect(byGRPCCore == [3, 2, 1])
            }
            try await TestRig.run { rig in
                let response = try await call(rig, .unary)
                #expect(response == [1, 2, 3])
            }
        }

        @Test("end with what their handler throws")
        func errors() async throws {
            try await TestRig.run(Self.service, unaryHandlers: Self.handlers) { rig in
                let refused = await #expect(throws: RPCError.self) { try await call(rig, .test("Refuse")) }
                #expect(refused?.code == .notFound && refused?.message == "no such thing")
                let failed = await #expect(throws: RPCError.self) { try await call(rig, .test("Fail")) }
                #expect(failed?.code == .unknown)
                // The server answers before it has all of a long request.
                for message in [[1, 2, 3], [UInt8](repeating: 7, count: 1_000_000)] {
                    let unknown = await #expect(throws: RPCError.self) {
                        try await call(rig, .test("Nowhere"), message)
                    }
                    #expect(unknown?.code == .unimplemented)
                }
            }
        }

        @Test("end at their time limit, and when their caller is cancelled")
        func ends() async throws {
            let release = Signal<Void>()
            let stuck = UnaryHandler(.test("Stuck")) { _ in
                try await release.value
                return NGHTTP2MessageBytes([])
            }
            try await TestRig.run(Self.service, unaryHandlers: [stuck]) { rig in
                // The server waits for handlers, whose calls may be long over.
                defer { release.fire() }
                let late = await #expect(throws: RPCError.self) {
                    try await call(rig, .test("Stuck"), timeout: .milliseconds(20))
                }
                #expect(late?.code == .deadlineExceeded)
                let caller = Task { try await call(rig, .test("Stuck")) }
                caller.cancel()
                let cancelled = await #expect(throws: RPCError.self) { try await caller.value }
                #expect(cancelled?.code == .cancelled)
            }
        }

        @Test("have exactly one request")
        func oneRequest() async throws {
            try await TestRig.run(Self.service, unaryHandlers: Self.handlers) { rig in
                for count in [0, 2] {
                    let error = await #expect(throws: RPCError.self) {
                        try await rig.bidirectional(method: .unary) { writer in
                            for _ in 0..<count { try await writer.write([1]) }
                        } read: { response in
                            for try await _ in response.messages {}
                        }
                    }
                    #expect(error?.code == .unimplemented)
                }
            }
        }
    }
}
