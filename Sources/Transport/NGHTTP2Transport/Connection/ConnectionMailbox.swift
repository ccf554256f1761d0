internal import GRPCCore
internal import NIOCore
internal import Synchronization

/// How other threads reach a connection: the streams that have something for it, served all in one hop.
final class ConnectionMailbox: Sendable {
    private struct State {
        var posted: [CallStream] = []
        /// Why the connection is gone; nil while it lives.
        var closedError: RPCError?
    }

    let eventLoop: any EventLoop
    /// For what is short enough to be done on the event loop.
    let executor: EventLoopExecutor
    /// What the connection's calls have waiting.
    let buffers: BufferAccount
    /// Called when all connections together have too much waiting.
    private let onTotalExceeded: @Sendable () -> Void
    /// The connection; it is taken out when the channel closes, which breaks the cycle of references.
    private let connection: NIOLoopBoundBox<HTTP2Connection?>
    private let state = Mutex(State())
    /// When something arrived last, in nanoseconds as `NIODeadline` counts them.
    private let lastRead = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)

    init(
        eventLoop: any EventLoop, buffers: BufferAccount = BufferAccount(.unlimited, total: BufferTotal()),
        onTotalExceeded: @escaping @Sendable () -> Void = {}
    ) {
        self.eventLoop = eventLoop
        self.buffers = buffers
        self.onTotalExceeded = onTotalExceeded
        executor = EventLoopExecutor(eventLoop)
        connection = NIOLoopBoundBox.makeEmptyBox(valueType: HTTP2Connection.self, eventLoop: eventLoop)
    }

    /// Something arrived.
    func didRead(now: NIODeadline) {
        lastRead.store(now.uptimeNanoseconds, ordering: .relaxed)
    }

    /// How long nothing has arrived.
    var silence: Duration {
        let now = NIODeadline.now().uptimeNanoseconds
        return .nanoseconds(Int64(clamping: now - min(now, lastRead.load(ordering: .relaxed))))
    }

    /// Has the connection look at a stream. The caller has marked the stream as posted.
    func post(_ stream: CallStream) {
        let outcome: (isFirst: Bool, error: RPCError?) = state.withLock { state in
            if let error = state.closedError { return (false, error) }
            state.posted.append(stream)
            return (state.posted.count == 1, nil)
        }
        if let error = outcome.error {
            stream.close(error)
        } else if outcome.isFirst {
            eventLoop.execute { self.connection.value?.servePosted() }
        }
    }

    /// Runs something on the connection's event loop, unless the connection is gone.
    func perform(_ body: @escaping @Sendable (HTTP2Connection) -> Void) {
        if eventLoop.inEventLoop {
            if let connection = connection.value { body(connection) }
        } else {
            eventLoop.execute {
                if let connection = self.connection.value { body(connection) }
            }
        }
    }

    /// Runs something on the connection's event loop after what runs there now, unless the connection is gone.
    func performLater(_ body: @escaping @Sendable (HTTP2Connection) -> Void) {
        eventLoop.execute {
            if let connection = self.connection.value { body(connection) }
        }
    }

    /// Counts what calls have waiting. Called outside of their locks.
    func countBuffered(_ change: Int) {
        if change == 0 { return }
        let outcome = buffers.add(change)
        if outcome.releasesWindow { performLater { $0.releaseWindow() } }
        if outcome.exceedsTotal { onTotalExceeded() }
    }

    // Event loop only:

    /// Counts what has arrived of messages that aren't complete.
    func countIncomplete(_ change: Int) {
        if change != 0, buffers.addIncomplete(change) { onTotalExceeded() }
    }

    func attach(_ connection: HTTP2Connection) {
        self.connection.value = connection
    }

    /// Swaps what was posted for an empty array whose storage is used again.
    func takePosted(into streams: inout [CallStream]) {
        state.withLock { swap(&$0.posted, &streams) }
    }

    /// Refuses posts from now on. Streams that were posted and not served fail.
    func close(_ error: RPCError) {
        let posted = state.withLock { state in
            state.closedError = error
            defer { state.posted = [] }
            return state.posted
        }
        for stream in posted { stream.close(error) }
        connection.value = nil
    }
}
