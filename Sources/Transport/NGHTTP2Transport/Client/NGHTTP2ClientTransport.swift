internal import CNGHTTP2
public import GRPCCore
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// A gRPC client transport: HTTP/2 by libnghttp2, sockets by SwiftNIO.
///
/// ```swift
/// let transport = NGHTTP2ClientTransport(target: .hostPort(host: "127.0.0.1", port: 7233))
/// try await withGRPCClient(transport: transport) { client in
///     let echo = Echo.Client(wrapping: client)
///     print(try await echo.get(.with { $0.text = "hello" }))
/// }
/// ```
///
/// All calls share one connection. It is made by `connect()`, which `GRPCClient` runs, and made again, with
/// ``Backoff``, whenever it is lost or the server sends GOAWAY, until the transport is shut down.
///
/// **Calls without a connection.** While an attempt to connect is under way a call waits for its outcome. Between
/// attempts a call fails at once with `UNAVAILABLE` and the reason, unless its `waitForReady` option is true. A
/// connection that is lost fails its calls with `UNAVAILABLE`; they may or may not have reached the server.
///
/// **Flow control.** A caller that doesn't read its response holds the server up; one that writes faster than the
/// server reads is held up in `write`. Both limits are in ``Configuration``.
///
/// **Cancellation.** Cancelling the task of a call resets the call on the server.
///
/// **TLS.** With a ``TLSContextProvider`` the connection is one of TLS. The server's certificate has to be for the target's host,
/// unless the context's `certificateVerification` says otherwise.
public final class NGHTTP2ClientTransport: ClientTransport {
    /// The type of the bytes handed to deserializers.
    public typealias Bytes = NGHTTP2MessageBytes

    /// Where the server is.
    public let target: TransportAddress
    /// Throttles retries, if the service configuration says so.
    public let retryThrottle: RetryThrottle?

    private let configuration: Configuration
    private let methodConfigurations: MethodConfigurations
    private let tls: TLSContextProvider?
    private let eventLoopGroup: any EventLoopGroup
    private let state = Mutex(ClientState())

    /// Creates a transport; it connects once `connect()` is called, which `GRPCClient` does.
    ///
    /// - Parameters:
    ///   - target: Where the server is.
    ///   - configuration: The limits, and how to connect.
    ///   - tls: Gives the context of each new connection; nil for plaintext.
    ///   - eventLoopGroup: Where the socket lives. By default NIO's singleton.
    public init(
        target: TransportAddress, configuration: Configuration = Configuration(),
        tls: TLSContextProvider? = nil, eventLoopGroup: (any EventLoopGroup)? = nil
    ) {
        self.target = target
        self.configuration = configuration
        self.tls = tls
        self.eventLoopGroup = eventLoopGroup ?? .singletonMultiThreadedEventLoopGroup
        methodConfigurations = MethodConfigurations(configuration.serviceConfig)
        retryThrottle = configuration.serviceConfig.retryThrottling.map { RetryThrottle(policy: $0) }
    }

    /// The state of the connection now, and each change from here on; ends after ``ConnectivityState/shutdown``.
    ///
    /// Each use makes a sequence of its own. One that isn't read keeps the latest 16 states.
    public var connectivityStates: AsyncStream<ConnectivityState> {
        let (stream, continuation) = AsyncStream<ConnectivityState>.makeStream(bufferingPolicy: .bufferingNewest(16))
        let (id, isShutDown) = state.withLock { state in
            let id = state.makeID()
            state.subscribe(continuation, id: id)
            return (id, state.isShutDown)
        }
        if isShutDown { continuation.finish() }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.unsubscribe(id: id) } }
        return stream
    }

    /// The options configured for a method.
    ///
    /// - Parameter descriptor: The method.
    /// - Returns: Its configuration, or its service's, or the default; nil if there is none.
    public func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        methodConfigurations[descriptor]
    }

    // MARK: Calls

    /// Opens a stream for a call and runs `closure` with it.
    ///
    /// - Parameters:
    ///   - descriptor: The method.
    ///   - options: Whether to wait for a connection, and message limits.
    ///   - closure: Makes the call. What it leaves of the stream is reset.
    /// - Returns: What `closure` returns.
    /// - Throws: What `closure` throws; `RPCError` with `unavailable` if there is no connection, and with `cancelled`
    ///   if the task is cancelled while it waits for one.
    public func withStream<T: Sendable>(
        descriptor: MethodDescriptor, options: CallOptions,
        _ closure: @concurrent (_ stream: RPCStream<Inbound, Outbound>, _ context: ClientContext) async throws -> T
    ) async throws -> T {
        let (stream, peers) = try await open(descriptor, options)
        defer { callEnded() }
        defer { stream.resetUnlessOver(.callCancelled, http2ErrorCode: NGHTTP2_CANCEL.rawValue) }
        let rpc = RPCStream(
            descriptor: descriptor,
            inbound: RPCAsyncSequence(wrapping: ClientInbound(stream: stream)),
            outbound: RPCWriter.Closable(wrapping: ClientOutbound(stream: stream)))
        let context = ClientContext(descriptor: descriptor, remotePeer: peers.remote, localPeer: peers.local)
        return try await withTaskCancellationHandler {
            try await closure(rpc, context)
        } onCancel: {
            stream.resetUnlessOver(.callCancelled, http2ErrorCode: NGHTTP2_CANCEL.rawValue)
        }
    }

    /// Makes a unary call straight with its bytes, without GRPCCore, whose stages cost a caller some thirty microseconds and
    /// several tasks: interceptors and retries don't see it.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - message: The request.
    ///   - timeout: How long the call may take; nil for any time.
    /// - Returns: The response.
    /// - Throws: `RPCError`: the call's status; `unavailable` if there is no connection, or it is lost; `cancelled` if the task
    ///   is cancelled, and `deadlineExceeded` when the time is over: the call is then reset on the server.
    public func unary(
        _ method: MethodDescriptor, _ message: NGHTTP2MessageBytes, timeout: Duration? = nil
    ) async throws -> NGHTTP2MessageBytes {
        let (stream, _) = try await open(method, .defaults)
        defer { callEnded() }
        defer { stream.resetUnlessOver(.callCancelled, http2ErrorCode: NGHTTP2_CANCEL.rawValue) }
        let deadline = timeout.map { timeout in
            stream.mailbox.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
                stream.resetUnlessOver(.deadlineExceeded, http2ErrorCode: NGHTTP2_CANCEL.rawValue)
            }
        }
        defer { deadline?.cancel() }
        do {
            do {
                try stream.write(metadata: [:])
                try await stream.write(message: message)
                try stream.finishWriting()
            } catch let error as RPCError {
                // A server that has answered needs no more of the request: then the answer says why.
                if stream.withState(\.inbound.isOpen) { throw error }
            }
            return try await stream.onlyResponse()
        } catch is CancellationError {
            throw RPCError.callCancelled
        }
    }

    private func open(
        _ descriptor: MethodDescriptor, _ options: CallOptions
    ) async throws -> (stream: CallStream, peers: PeerNames) {
        let connection = try await usableConnection(waitsForReady: options.waitForReady ?? false)
        guard let (mailbox, peers) = connection.endpoint else {
            callEnded()
            throw ClientState.shutDownError
        }
        let stream = CallStream(
            descriptor: descriptor,
            limits: configuration.connection.streamLimits(
                maxSendBytes: options.maxRequestMessageBytes, maxReceiveBytes: options.maxResponseMessageBytes),
            mailbox: mailbox, postsAtEnd: descriptor.type?.isRequestStreaming == false)
        return (stream, peers)
    }

    private func usableConnection(waitsForReady: Bool) async throws -> ClientConnection {
        let (lookup, id) = state.withLock { ($0.lookUp(waitsForReady: waitsForReady), $0.makeID()) }
        switch lookup {
        case .use(let connection): return connection
        case .fail(let error): throw error
        case .wait: break
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let result: Result<ClientConnection, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(RPCError.callCancelled) }
                    switch state.lookUp(waitsForReady: waitsForReady) {
                    case .use(let connection): return .success(connection)
                    case .fail(let error): return .failure(error)
                    case .wait:
                        state.wait(waiter, id: id, waitsForReady: waitsForReady)
                        return nil
                    }
                }
                if let result { waiter.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.removeWaiter(id: id) }?.resume(throwing: RPCError.callCancelled)
        }
    }

    private func callEnded() {
        for connection in state.withLock({ $0.callEnded() }) { connection.beginGracefulShutdown() }
    }

    // MARK: Connecting

    /// Connects, and stays connected, until the transport is shut down and its calls are done.
    ///
    /// Cancelling the task shuts the transport down and fails its calls.
    ///
    /// - Throws: ``TransportError`` if it was called before.
    public func connect() async throws {
        guard state.withLock({ $0.begin() }) else {
            throw TransportError(code: .invalidState, message: "The client of \(target) was already connected.")
        }
        await withTaskCancellationHandler {
            await stayConnected()
            await untilDisconnected()
        } onCancel: {
            beginGracefulShutdown()
            for connection in state.withLock({ Array($0.connections.values) }) { connection.close() }
        }
    }

    private func stayConnected() async {
        var failures = 0
        while true {
            let connection = ClientConnection { connection, event in self.handle(event, of: connection) }
            guard state.withLock({ $0.beginConnecting(connection) }) else { return }
            await connection.open(target, configuration: configuration, tls: tls, on: eventLoopGroup)
            let outcome = await use(connection)
            if state.withLock({ $0.isShutDown }) { return }
            failures = outcome.wasStable ? 0 : failures + 1
            if failures > 0 {
                for waiter in state.withLock({ $0.failed(outcome.error) }) { waiter.resume(throwing: outcome.error) }
                await sleep(configuration.backoff.delay(afterFailures: failures, random: .random(in: -1...1)))
            }
        }
    }

    /// What has to happen at once, before another call looks for a connection.
    private func handle(_ event: ClientConnection.Event, of connection: ClientConnection) {
        switch event {
        case .ready: break
        case .goAway: state.withLock { $0.retire(connection) }
        case .closed:
            state.withLock { state in
                state.retire(connection)
                return state.connectionClosed(connection)
            }?.resume()
        }
    }

    /// Lets calls use a connection until it takes no more.
    ///
    /// - Returns: Why it ended, and whether it lasted long enough to make the next one at once.
    private func use(_ connection: ClientConnection) async -> (error: RPCError, wasStable: Bool) {
        let clock = ContinuousClock()
        var readySince: ContinuousClock.Instant?
        var error = RPCError(code: .unavailable, message: "The connection to \(target) was closed.")
        var wasReady: Bool { readySince.map { clock.now - $0 > .seconds(1) } ?? false }
        var events = connection.events.makeAsyncIterator()
        while let event = await events.next() {
            switch event {
            case .ready:
                readySince = clock.now
                guard let waiters = state.withLock({ $0.connected(connection) }) else {
                    connection.beginGracefulShutdown()
                    continue
                }
                for waiter in waiters { waiter.resume(returning: connection) }
            case .goAway:
                return (RPCError(code: .unavailable, message: "The server \(target) is shutting down."), wasReady)
            case .closed(let reason):
                error = reason
            }
        }
        return (error, wasReady)
    }

    /// Waits before the next attempt, or until the transport is shut down.
    private func sleep(_ delay: Duration) async {
        var wakeUp: Scheduled<Void>?
        await withCheckedContinuation { continuation in
            let isShutDown = state.withLock { state in
                if !state.isShutDown { state.sleep(continuation) }
                return state.isShutDown
            }
            if isShutDown { return continuation.resume() }
            wakeUp = eventLoopGroup.next().scheduleTask(in: TimeAmount(delay)) {
                self.state.withLock { $0.takeSleeper() }?.resume()
            }
        }
        wakeUp?.cancel()
    }

    private func untilDisconnected() async {
        await withCheckedContinuation { continuation in
            let isDisconnected = state.withLock { state in
                if !state.connections.isEmpty { state.sleep(continuation) }
                return state.connections.isEmpty
            }
            if isDisconnected { continuation.resume() }
        }
    }

    /// Takes no more calls. Those in flight run to their end; then the connection is closed and `connect()` returns.
    ///
    /// Calls that wait for a connection fail with `UNAVAILABLE`.
    public func beginGracefulShutdown() {
        let (ended, sleeper, connections) = state.withLock { state in
            // Afterwards only the end of the last connection ends the wait of `connect()`.
            let sleeper = state.isShutDown ? nil : state.takeSleeper()
            let ended = state.shutDown()
            let idle = state.activeCalls == 0 ? Array(state.connections.values) : []
            return (ended, sleeper, idle)
        }
        for waiter in ended.waiters { waiter.resume(throwing: ClientState.shutDownError) }
        for subscriber in ended.subscribers { subscriber.finish() }
        sleeper?.resume()
        for connection in connections { connection.beginGracefulShutdown() }
    }
}
