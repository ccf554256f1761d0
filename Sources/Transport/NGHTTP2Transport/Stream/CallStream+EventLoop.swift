internal import GRPCCore

/// What the connection does with a stream, on its event loop.
extension CallStream {
    /// Takes what there is to do for the stream.
    func takeWork() -> Work {
        withState { state in
            state.isPosted = false
            var work = Work(
                id: state.id, metadata: state.outbound.takeMetadata(), trailersOnly: nil,
                windowBytes: state.inbound.takeReturnableBytes(), reset: state.requestedReset,
                isClosed: state.isClosed)
            if work.metadata == nil, !state.hasStarted {
                if state.outbound.queuedBytes > 0 {
                    work.metadata = [:]
                } else {
                    work.trailersOnly = state.outbound.takeTrailers()
                }
            }
            if work.metadata != nil || work.trailersOnly != nil { state.hasStarted = true }
            return work
        }
    }

    func setID(_ id: Int32) {
        withState { $0.id = id }
    }

    /// Delivers a part to the reader.
    func deliver(_ part: InboundPart, windowBytes: Int = 0) {
        withState { $0.inbound.append(part, windowBytes: windowBytes) }?.resume(returning: part)
    }

    /// Notes bytes of an incomplete message and returns how many bytes the peer gets back.
    func returnableBytes(addingPartial partialBytes: Int) -> Int {
        withState { state in
            if partialBytes > 0 { state.inbound.addPartial(windowBytes: partialBytes) }
            return state.inbound.takeReturnableBytes()
        }
    }

    func finishInbound() {
        withState { $0.inbound.finish() }?.resume(returning: nil)
    }

    /// How many bytes can be sent, and whether they are the last.
    var sendable: (bytes: Int, isLast: Bool) {
        withState { ($0.outbound.queuedBytes, $0.outbound.isFinished) }
    }

    func takeTrailers() -> (Status, Metadata)? {
        withState { $0.outbound.takeTrailers() }
    }

    /// Hands queued bytes to `write`, and lets writers go on for whom there is room again; false if the stream has been
    /// closed and has no bytes any more.
    func send(_ count: Int, write: (UnsafeRawBufferPointer) -> Void) -> Bool {
        let writers: [OutboundQueue.Writer]? = withState { state in
            if state.outbound.queuedBytes < count { return nil }
            return state.outbound.send(count, lowWatermark: limits.writeBufferBytes / 2, write: write)
        }
        guard let writers else { return false }
        for writer in writers { writer.resume() }
        return true
    }

    /// The stream is over. What had not ended by itself ends with the error; of a server's stream the RPC is cancelled.
    func close(_ makeError: @autoclosure () -> RPCError) {
        let (isComplete, cancellation): (Bool, ServerContext.RPCCancellationHandle?) = withState { state in
            state.isClosed = true
            let hasSentAll = state.outbound.isFinished && state.outbound.queuedBytes == 0
            if hasSentAll { return (!state.inbound.isOpen, nil) }
            state.isCancelled = true
            return (false, state.cancellation)
        }
        if isComplete { return }
        let error = makeError()
        // The handle first, so that a handler whose reads and writes fail finds itself cancelled.
        cancellation?.cancel()
        let (reader, writers) = withState { state in
            // What a server has not taken by now is for nobody: the call is cancelled.
            (state.inbound.fail(error, discardingQueue: isServers), state.outbound.close(error))
        }
        reader?.resume(throwing: error)
        for writer in writers { writer.resume(throwing: error) }
    }
}
