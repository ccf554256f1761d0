import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Metadata and status", .timeLimit(.minutes(5)))
    struct MetadataTests {
        @Test("text and binary metadata make the round trip, in initial and trailing metadata")
        func roundTrip() async throws {
            try await TestRig.run { rig in
                var metadata = Metadata()
                metadata.addString("text with spaces", forKey: "echo-text")
                metadata.addString("second", forKey: "echo-text")
                metadata.addString("", forKey: "echo-empty")
                metadata.addString("upper", forKey: "Echo-Upper")
                for length in 0..<10 {
                    metadata.addBinary((0..<length).map { UInt8(245 + $0) }, forKey: "echo-data-bin")
                }
                let response = try await rig.unary([1], metadata: metadata)
                for received in [response.metadata, response.trailingMetadata] {
                    #expect(Array(received[stringValues: "echo-text"]) == ["text with spaces", "second"])
                    #expect(Array(received[stringValues: "echo-empty"]) == [""])
                    #expect(
                        Array(received[binaryValues: "echo-data-bin"]) == Array(metadata[binaryValues: "echo-data-bin"])
                    )
                }
            }
        }

        @Test("metadata that can't be sent fails the call and says which")
        func invalidMetadata() async throws {
            try await TestRig.run { rig in
                for (key, value) in [("ok", "snow ☃"), ("not ok", "value"), ("", "value")] {
                    let error = await #expect(throws: RPCError.self) {
                        try await rig.send([1], metadata: [key: .string(value)])
                    }
                    #expect(error?.code == .invalidArgument)
                }
                // The connection is none the worse for it.
                let answer = try await rig.send([1])
                #expect(answer == [1])
            }
        }

        @Test("a status message keeps its UTF-8", arguments: ["plain", "100 % sûr ☃\n", "%41", ""])
        func statusMessage(message: String) async throws {
            var service = TestService()
            service.handlers[.test("Fail", .unary)] = { _, _ in
                throw RPCError(code: .aborted, message: message, metadata: ["detail-bin": .binary([1, 2, 3])])
            }
            try await TestRig.run(service) { rig in
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([], method: .test("Fail", .unary))
                }
                #expect(error?.code == .aborted)
                #expect(error?.message == message)
                #expect(error.map { Array($0.metadata[binaryValues: "detail-bin"]) } == [[1, 2, 3]])
            }
        }

        @Test("an error after the first message comes with the trailers")
        func lateError() async throws {
            var service = TestService()
            service.handlers[.test("Late", .serverStreaming)] = { _, _ in
                StreamingServerResponse { writer in
                    try await writer.write([1])
                    throw RPCError(code: .dataLoss, message: "lost")
                }
            }
            try await TestRig.run(service) { rig in
                let error = await #expect(throws: RPCError.self) {
                    try await rig.bidirectional(method: .test("Late", .serverStreaming)) { _ in
                    } read: { response in
                        for try await message in response.messages { #expect(message == [1]) }
                    }
                }
                #expect(error?.code == .dataLoss)
            }
        }
    }
}
