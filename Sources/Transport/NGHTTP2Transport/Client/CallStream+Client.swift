internal import GRPCCore

/// What only a client does with a stream.
extension CallStream {
    /// Gives the stream up, unless it ended or is about to by itself.
    func resetUnlessOver(_ error: RPCError, http2ErrorCode: UInt32) {
        let isOver = withState { state in
            let hasEnded = !state.inbound.isOpen && state.outbound.isFinished && state.outbound.queuedBytes == 0
            return state.isClosed || state.requestedReset != nil || hasEnded
        }
        if !isOver { reset(error, http2ErrorCode: http2ErrorCode) }
    }

    /// The response of a unary call.
    ///
    /// - Throws: `RPCError` if the call's status is not OK, or it has not exactly one response; what the stream failed with.
    func onlyResponse() async throws -> NGHTTP2MessageBytes {
        var response: NGHTTP2MessageBytes?
        while let part = try await next() {
            switch part {
            case .metadata:
                break
            case .message(let bytes):
                guard response == nil else {
                    throw RPCError(code: .internalError, message: "The server sent more than one response.")
                }
                response = bytes
            case .status(let status, let metadata):
                if let error = RPCError(status: status, metadata: metadata) { throw error }
            }
        }
        guard let response else { throw RPCError(code: .internalError, message: "The server sent no response.") }
        return response
    }

    /// Delivers the status, after which nothing comes.
    func deliverStatus(_ status: Status, _ metadata: Metadata) {
        let part = InboundPart.status(status, metadata)
        withState { state in
            let reader = state.inbound.append(part, windowBytes: 0)
            // The reader that waited, if one did, has been taken out.
            _ = state.inbound.finish()
            return reader
        }?.resume(returning: part)
    }
}
