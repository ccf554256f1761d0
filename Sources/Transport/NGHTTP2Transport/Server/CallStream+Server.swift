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
        struct Outcome {
            var shouldPost = false
            var reader: InboundQueue.Waiter?
            var writers: [OutboundQueue.Writer] = []
            var cancellation: ServerContext.RPCCancellationHandle?
        }
        let outcome = withState { state in
            guard state.outbound.isOpen, !state.isClosed else { return Outcome() }
            state.isCancelled = true
            let shouldPost = !state.isPosted
            state.isPosted = true
            return Outcome(
                shouldPost: shouldPost, reader: state.inbound.fail(error, discardingQueue: true),
                writers: state.outbound.replaceRest(withTrailers: (status, [:])), cancellation: state.cancellation)
        }
        outcome.cancellation?.cancel()
        outcome.reader?.resume(throwing: error)
        for writer in outcome.writers { writer.resume(throwing: error) }
        if outcome.shouldPost { mailbox.post(self) }
    }
}
