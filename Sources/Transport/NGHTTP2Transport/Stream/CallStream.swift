internal import GRPCCore
internal import Synchronization

/// One RPC's stream: what the event loop that owns the connection and the tasks of the RPC share.
///
/// Tasks read and write queues here; when the connection has to act on it they put the stream on the connection's
/// mailbox, once until it has been served. Continuations are taken out under the lock and resumed outside of it.
final class CallStream: Sendable {
    struct State: Sendable {
        /// The HTTP/2 stream; nil until a client's request was submitted.
        var id: Int32?
        var inbound = InboundQueue()
        var outbound = OutboundQueue()
        /// The HTTP/2 error code to reset the stream with.
        var requestedReset: UInt32?
        /// Whether the first header block was handed to HTTP/2.
        var hasStarted = false
        /// Whether the stream is in the mailbox.
        var isPosted = false
        /// Whether HTTP/2 has seen the last of the stream.
        var isClosed = false
        // Of a server's stream only:
        var cancellation: ServerContext.RPCCancellationHandle?
        var isCancelled = false
        var task: Task<Void, Never>?
        var hasHandler = false
        var hasHandlerEnded = false

        /// What waits in the queues.
        var bufferedBytes: Int { inbound.queuedBytes + outbound.queuedBytes }
    }

    /// What the connection has to do for a stream.
    struct Work: Sendable {
        var id: Int32?
        var metadata: Metadata?
        /// Set if the status comes before any metadata or message.
        var trailersOnly: (Status, Metadata)?
        var windowBytes: Int
        var reset: UInt32?
        var isClosed: Bool
    }

    let descriptor: MethodDescriptor
    /// When a server's call is to be over; nil if its client set no timeout.
    let deadline: ContinuousClock.Instant?
    let limits: StreamLimits
    let mailbox: ConnectionMailbox
    /// Whether what is written may wait for the end, since nothing but the end can follow at once.
    private let postsAtEnd: Bool
    let isServers: Bool
    /// The size of the headers that the call came with, which it keeps.
    private let headerBytes: Int
    private let state: Mutex<State>

    init(
        descriptor: MethodDescriptor, id: Int32? = nil, deadline: ContinuousClock.Instant? = nil,
        limits: StreamLimits, mailbox: ConnectionMailbox, postsAtEnd: Bool, headerBytes: Int = 0
    ) {
        self.descriptor = descriptor
        self.deadline = deadline
        self.limits = limits
        self.mailbox = mailbox
        self.postsAtEnd = postsAtEnd
        self.headerBytes = headerBytes
        isServers = id != nil
        state = Mutex(State(id: id))
        mailbox.countBuffered(headerBytes)
    }

    deinit {
        mailbox.countBuffered(-bufferedBytes)
    }

    /// What the call has waiting, its headers included.
    var bufferedBytes: Int { state.withLock { $0.bufferedBytes } + headerBytes }

    /// Changes the state under the lock, and counts what is waiting then.
    func withState<R: Sendable>(_ body: (inout State) -> R) -> R {
        let (result, change) = state.withLock { state in
            let before = state.bufferedBytes
            let result = body(&state)
            return (result, state.bufferedBytes - before)
        }
        mailbox.countBuffered(change)
        return result
    }

    /// Changes the outbound queue and has the connection look at it.
    private func changeOutbound(
        postNow: Bool, _ change: (inout State) throws(RPCError) -> Void
    ) throws(RPCError) -> Bool {
        let result: Result<(shouldPost: Bool, isFull: Bool), RPCError> = withState { state in
            do throws(RPCError) {
                if let error = state.outbound.writeError { throw error }
                try change(&state)
            } catch {
                return .failure(error)
            }
            let isFull = state.outbound.queuedBytes > limits.writeBufferBytes
            let shouldPost = (postNow || isFull) && !state.isPosted
            if shouldPost { state.isPosted = true }
            return .success((shouldPost, isFull))
        }
        let outcome = try result.get()
        if outcome.shouldPost { mailbox.post(self) }
        return outcome.isFull
    }
}

// MARK: Writing

extension CallStream {
    func write(metadata: Metadata) throws(RPCError) {
        _ = try changeOutbound(postNow: !postsAtEnd) { $0.outbound.setMetadata(metadata) }
    }

    /// Queues a message; suspends while more is queued than the limit.
    ///
    /// - Parameter message: The message.
    /// - Throws: `RPCError` if the stream is over, the message too large, or as much waits on the connection as may;
    ///   `CancellationError` if the task is cancelled while it waits; the message is then still sent.
    func write(message: NGHTTP2MessageBytes) async throws {
        if message.count > limits.maxSendBytes {
            throw RPCError.messageTooLarge(bytes: message.count, limit: limits.maxSendBytes, direction: "outgoing")
        }
        if !mailbox.buffers.hasRoom(for: message.count) {
            throw RPCError.connectionBufferFull(limit: mailbox.buffers.budget.connectionBytes)
        }
        if try changeOutbound(postNow: !postsAtEnd, { $0.outbound.append(message) }) {
            try await waitForRoom()
        }
    }

    func finishWriting(trailers: (Status, Metadata)? = nil) throws(RPCError) {
        _ = try changeOutbound(postNow: true) { $0.outbound.finish(trailers: trailers) }
    }

    private func waitForRoom() async throws {
        let id = state.withLock { $0.outbound.makeWriterID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (writer: OutboundQueue.Writer) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if case .some(let error) = state.outbound.writeError { return .failure(error) }
                    if state.outbound.queuedBytes <= limits.writeBufferBytes { return .success(()) }
                    state.outbound.wait(writer, id: id)
                    return nil
                }
                if let result { writer.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.outbound.removeWriter(id: id) }?.resume(throwing: CancellationError())
        }
    }
}

// MARK: Reading

extension CallStream {
    /// The next part; nil at the end.
    ///
    /// - Throws: What the stream failed with, `CancellationError` if the task is cancelled while it waits.
    func next() async throws -> InboundPart? {
        let (take, shouldPost) = withState { state in
            let take = state.inbound.take()
            let shouldPost =
                !state.isPosted && state.inbound.shouldReturnBytes(threshold: limits.windowReturnBytes)
            if shouldPost { state.isPosted = true }
            return (take, shouldPost)
        }
        if shouldPost { mailbox.post(self) }
        switch take {
        case .part(let part): return part
        case .end: return nil
        case .failed(let error): throw error
        case .nothingYet: return try await waitForPart()
        }
    }

    private func waitForPart() async throws -> InboundPart? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (reader: InboundQueue.Waiter) in
                let take: InboundQueue.Take? = withState { state in
                    Task.isCancelled ? .failed(CancellationError()) : state.inbound.wait(reader)
                }
                switch take {
                case .part(let part): reader.resume(returning: part)
                case .end: reader.resume(returning: nil)
                case .failed(let error): reader.resume(throwing: error)
                case .nothingYet, nil: break
                }
            }
        } onCancel: {
            state.withLock { $0.inbound.removeWaiter() }?.resume(throwing: CancellationError())
        }
    }
}

// MARK: Ending early

extension CallStream {
    /// Gives the stream up: what is queued either way is dropped, and the peer gets a reset.
    func reset(_ error: RPCError, http2ErrorCode: UInt32) {
        let (shouldPost, reader, writers) = withState { state in
            let shouldPost = !state.isPosted && !state.isClosed
            if shouldPost { state.isPosted = true }
            if !state.isClosed, state.requestedReset == nil { state.requestedReset = http2ErrorCode }
            let reader = state.inbound.fail(error, discardingQueue: true)
            return (shouldPost, reader, state.outbound.close(error))
        }
        reader?.resume(throwing: error)
        for writer in writers { writer.resume(throwing: error) }
        if shouldPost { mailbox.post(self) }
    }

    /// Whether the stream has been closed, or given up, so that nothing remains to be done for it.
    var isOver: Bool { state.withLock { $0.isClosed || $0.requestedReset != nil } }
}
