internal import CNGHTTP2
internal import GRPCCore

/// Where a caller's request parts go.
struct ClientOutbound: ClosableRPCWriterProtocol {
    typealias Element = RPCRequestPart<NGHTTP2MessageBytes>

    let stream: CallStream

    func write(_ element: Element) async throws {
        switch element {
        case .metadata(let metadata): try stream.write(metadata: metadata)
        case .message(let bytes): try await stream.write(message: bytes)
        }
    }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { try await write(element) }
    }

    /// Ends the request. A stream that is over needs no end.
    func finish() async {
        try? stream.finishWriting()
    }

    /// Gives the call up: the server sees a reset, the response's reader the error.
    func finish(throwing error: any Error) async {
        let error = error as? RPCError ?? RPCError(code: .unknown, message: "The request failed.", cause: error)
        stream.resetUnlessOver(error, http2ErrorCode: NGHTTP2_CANCEL.rawValue)
    }
}
