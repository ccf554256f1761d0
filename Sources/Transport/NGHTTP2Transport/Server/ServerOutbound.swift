internal import CNGHTTP2
internal import GRPCCore

/// Where a handler's response parts go.
struct ServerOutbound: ClosableRPCWriterProtocol {
    typealias Element = RPCResponsePart<NGHTTP2MessageBytes>

    let stream: CallStream

    func write(_ element: Element) async throws {
        switch element {
        case .metadata(let metadata): try stream.write(metadata: metadata)
        case .message(let bytes): try await stream.write(message: bytes)
        case .status(let status, let metadata): try stream.finishWriting(trailers: (status, metadata))
        }
    }

    func write(contentsOf elements: some Sequence<Element>) async throws {
        for element in elements { try await write(element) }
    }

    /// The status has ended the stream already; without one the call ends when its handler returns.
    func finish() async {}

    func finish(throwing error: any Error) async {
        let error = error as? RPCError ?? RPCError(code: .unknown, message: "The response failed.", cause: error)
        stream.reset(error, http2ErrorCode: NGHTTP2_INTERNAL_ERROR.rawValue)
    }
}
