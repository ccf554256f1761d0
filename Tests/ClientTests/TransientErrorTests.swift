import GRPCCore
import Testing

@testable import Aether
@testable import NGHTTP2Transport

@Suite("An error that may pass")
struct TransientErrorTests {
    @Test(
        "is one of the way to the server, also of a proxy that resets the stream when its server goes",
        arguments: [
            (RPCError(code: .unavailable, message: ""), true), (RPCError(code: .aborted, message: ""), true),
            (RPCError(code: .deadlineExceeded, message: ""), true), (RPCError(code: .cancelled, message: ""), true),
            (.streamReset(http2ErrorCode: 2), true), (RPCError(code: .internalError, message: ""), false),
            // ENHANCE_YOUR_CALM.
            (.streamReset(http2ErrorCode: 11), false), (RPCError(code: .notFound, message: ""), false),
        ])
    func transient(_ error: RPCError, isTransient: Bool) {
        #expect(error.isTransient == isTransient)
    }
}
