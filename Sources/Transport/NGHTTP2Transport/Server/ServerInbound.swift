internal import GRPCCore

/// The request parts of a call.
struct ServerInbound: AsyncSequence, Sendable {
    typealias Element = RPCRequestPart<NGHTTP2MessageBytes>
    typealias Failure = any Error

    let stream: CallStream

    struct AsyncIterator: AsyncIteratorProtocol {
        let stream: CallStream

        mutating func next() async throws -> Element? {
            try await next(isolation: nil)
        }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> Element? {
            switch try await stream.next() {
            case .metadata(let metadata): .metadata(metadata)
            case .message(let bytes): .message(bytes)
            case .status, nil: nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: stream) }
}
