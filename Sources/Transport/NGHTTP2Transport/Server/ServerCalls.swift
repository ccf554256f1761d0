internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore
internal import Synchronization

/// The connections and calls of a server, and when the last of them is gone.
///
/// States: *running*, *draining* (no new connections; calls end by themselves), *stopping* (calls are cancelled).
final class ServerCalls: Sendable {
    typealias Handler =
        @concurrent @Sendable (
            RPCStream<
                RPCAsyncSequence<RPCRequestPart<NGHTTP2MessageBytes>, any Error>,
                RPCWriter<RPCResponsePart<NGHTTP2MessageBytes>>.Closable
            >, ServerContext
        ) async -> Void

    private struct State {
        var isDraining = false
        var isStopping = false
        var connections: [ObjectIdentifier: ConnectionMailbox] = [:]
        var runningCalls = 0
        /// Calls whose stream has been closed but whose handler goes on.
        var orphans: [ObjectIdentifier: CallStream] = [:]
        var onEmpty: CheckedContinuation<Void, Never>?
        /// The connection that was told to go since it held most of too much.
        var ending: ObjectIdentifier?

        mutating func takeContinuationIfEmpty() -> CheckedContinuation<Void, Never>? {
            guard isDraining, connections.isEmpty, runningCalls == 0 else { return nil }
            defer { onEmpty = nil }
            return onEmpty
        }
    }

    private let handler: Handler
    private let unaryHandlers: [MethodDescriptor: UnaryHandler]
    private let maxConnections: Int
    /// Where unary handlers run whose request is not there yet, or is long.
    private let pool: any TaskExecutor
    /// What the calls of all connections have waiting.
    let buffers = BufferTotal()
    /// What suspicious connections may have of each event loop's time.
    private let suspects = Mutex<[ObjectIdentifier: NIOLoopBoundBox<SuspectBudget>]>([:])
    private let state = Mutex(State())

    init(
        maxConnections: Int, unaryHandlers: [UnaryHandler] = [], pool: any TaskExecutor = ThreadPool.shared,
        handler: @escaping Handler
    ) {
        self.maxConnections = maxConnections
        self.unaryHandlers = Dictionary(unaryHandlers.map { ($0.method, $0) }, uniquingKeysWith: { $1 })
        self.pool = pool
        self.handler = handler
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Counts a new connection; false if it is one too many.
    func addConnection(_ mailbox: ConnectionMailbox) -> Bool {
        state.withLock { state in
            guard !state.isDraining, state.connections.count < maxConnections else { return false }
            state.connections[ObjectIdentifier(mailbox)] = mailbox
            return true
        }
    }

    func connectionClosed(_ mailbox: ConnectionMailbox) {
        state.withLock { state in
            state.connections[ObjectIdentifier(mailbox)] = nil
            if state.ending == ObjectIdentifier(mailbox) { state.ending = nil }
            return state.takeContinuationIfEmpty()
        }?.resume()
    }

    /// The budget that the suspicious connections of an event loop share. Called on it.
    func suspects(on eventLoop: any EventLoop) -> NIOLoopBoundBox<SuspectBudget> {
        suspects.withLock { suspects in
            if let budget = suspects[ObjectIdentifier(eventLoop)] { return budget }
            let budget = NIOLoopBoundBox(SuspectBudget(now: .now()), eventLoop: eventLoop)
            suspects[ObjectIdentifier(eventLoop)] = budget
            return budget
        }
    }

    /// Too much waits in memory: the connection with most of it goes, one at a time.
    func endGreediestConnection() {
        let greediest = state.withLock { state -> ConnectionMailbox? in
            guard state.ending == nil else { return nil }
            let greediest = state.connections.values.max { $0.buffers.bytes < $1.buffers.bytes }
            state.ending = greediest.map { ObjectIdentifier($0) }
            return greediest
        }
        greediest?.performLater {
            $0.terminate(NGHTTP2_ENHANCE_YOUR_CALM)
            $0.send()
        }
    }

    // MARK: Calls

    /// Runs the calls' handlers.
    func start(_ streams: [CallStream], peers: PeerNames) {
        // A stream that its client has reset in the meantime costs no task.
        let streams = streams.filter { !$0.isOver }
        if streams.isEmpty { return }
        let isStopping = state.withLock { state in
            state.runningCalls += streams.count
            return state.isStopping
        }
        for stream in streams {
            // Not a child of anything: a task group would cost another hop between threads for each call. `callEnded`
            // counts it, `untilEmpty` waits for it, and `stop` cancels it.
            stream.withState { $0.hasHandler = true }
            let task = Task(executorPreference: executor(of: stream)) { await self.run(stream, peers) }
            stream.withState { $0.task = task }
            if isStopping { task.cancel() }
        }
    }

    /// Up to how many bytes a request is short.
    private static let shortRequestBytes = 4096

    /// Only unary handlers have one: a task with an executor of its own takes its status lock whenever it is resumed, and
    /// libraries that resume tasks under locks which their cancellation takes too (async-algorithms' `merge`) then deadlock.
    ///
    /// A short request that is all there is answered on the event loop, which has to write the response anyway; a longer
    /// one would hold up the connections of that loop.
    private func executor(of stream: CallStream) -> (any TaskExecutor)? {
        if unaryHandlers[stream.descriptor] == nil { return nil }
        let isShort = stream.withState { !$0.inbound.isOpen && $0.inbound.arrivedBytes <= Self.shortRequestBytes }
        return isShort ? stream.mailbox.executor : pool
    }

    private func run(_ stream: CallStream, _ peers: PeerNames) async {
        if let unary = unaryHandlers[stream.descriptor] {
            await stream.respond(with: unary)
        } else {
            await handle(stream, peers)
        }
        stream.handlerEnded()
        callEnded(stream)
    }

    private func handle(_ stream: CallStream, _ peers: PeerNames) async {
        await withServerContextRPCCancellationHandle { handle in
            stream.setCancellation(handle)
            var context = ServerContext(
                descriptor: stream.descriptor, remotePeer: peers.remote, localPeer: peers.local, cancellation: handle)
            context.transportSpecific = CallDetails(deadline: stream.deadline, mailbox: stream.mailbox)
            let rpc = RPCStream(
                descriptor: stream.descriptor,
                inbound: RPCAsyncSequence(wrapping: ServerInbound(stream: stream)),
                outbound: RPCWriter.Closable(wrapping: ServerOutbound(stream: stream)))
            await handler(rpc, context)
        }
    }

    private func callEnded(_ stream: CallStream) {
        state.withLock { state in
            state.runningCalls -= 1
            if !state.orphans.isEmpty { state.orphans[ObjectIdentifier(stream)] = nil }
            return state.takeContinuationIfEmpty()
        }?.resume()
    }

    /// Keeps a call within reach whose stream is gone, until its handler returns.
    func streamClosed(_ stream: CallStream) {
        if stream.withState({ !$0.hasHandler || $0.hasHandlerEnded }) { return }
        state.withLock { state in
            if !stream.withState({ $0.hasHandlerEnded }) { state.orphans[ObjectIdentifier(stream)] = stream }
        }
    }

    func cut(callers: Set<String>, _ error: RPCError) {
        for mailbox in state.withLock({ Array($0.connections.values) }) {
            mailbox.perform { connection in
                for record in connection.records.values where record.caller.map(callers.contains) == true {
                    connection.role.refuse(record, error, on: connection)
                }
            }
        }
    }

    // MARK: Shutdown

    /// Takes no more connections and has those there are drained.
    func drain() {
        let connections = state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        for mailbox in connections { mailbox.perform { $0.beginGracefulShutdown() } }
        state.withLock { $0.takeContinuationIfEmpty() }?.resume()
    }

    /// Closes every connection and cancels every call.
    func stop() {
        drain()
        let (connections, orphans) = state.withLock { state in
            state.isStopping = true
            return (Array(state.connections.values), Array(state.orphans.values))
        }
        for stream in orphans { stream.cancelTask() }
        for mailbox in connections {
            mailbox.perform { connection in
                for record in connection.records.values { record.stream?.cancelTask() }
                connection.close(RPCError(code: .unavailable, message: "The server was shut down."))
            }
        }
    }

    /// Returns when a drained server has no connection and no call left.
    func untilEmpty() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.onEmpty = continuation
                return state.takeContinuationIfEmpty()
            }?.resume()
        }
    }
}
