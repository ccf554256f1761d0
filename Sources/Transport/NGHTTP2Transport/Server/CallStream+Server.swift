internal import CNGHTTP2
internal import GRPCCore

/// What only a server does with a stream.
extension CallStream {
    /// Gives the call its cancellation handle, which is cancelled at once if the call was.
    func setCancellation(_ handle: ServerContext.RPCCancellationHandle) {
        let isCancelled = withState { state in
            state.cancellation = handle
            return state.isCancelled
        }
        if isCancelled { handle.cancel() }
    }

    func cancelTask() {
        withState { $0.task }?.cancel()
    }

    /// The handler has returned. A call left without a status is reset.
    func handlerEnded() {
        let hasStatus = withState { state in
            state.hasHandlerEnded = true
            state.cancellation = nil
            return !state.outbound.isOpen
        }
        if !hasStatus {
            reset(
                RPCError(code: .internalError, message: "The handler returned without a status."),
                http2ErrorCode: NGHTTP2_INTERNAL_ERROR.rawValue)
        }
    }

    /// Ends a call from outside of its handler: the handler's reads fail with the error, its cancellation handle is
    /// cancelled, and the error's status goes out in place of what is still queued.
    func cut(_ error: RPCError) {
        let status = Status(code: Status.Code(error.code), message: error.message)
        let (writers, shouldPost) = withState { state in
            guard state.outbound.isOpen, !state.isClosed else { return ([OutboundQueue.Writer](), false) }
            state.isCancelled = true
            defer { state.isPosted = true }
            return (state.outbound.replaceRest(withTrailers: (status, [:])), !state.isPosted)
        }
        if shouldPost { mailbox.post(self) }
        // The handle first, so that a handler whose reads and writes fail finds itself cancelled.
        withState { $0.isCancelled ? $0.cancellation : nil }?.cancel()
        let reader = withState { $0.isCancelled ? $0.inbound.fail(error, discardingQueue: true) : nil }
        reader?.resume(throwing: error)
        for writer in writers { writer.resume(throwing: error) }
    }
}
