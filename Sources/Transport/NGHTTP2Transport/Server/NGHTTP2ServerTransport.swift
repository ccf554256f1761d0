public import GRPCCore
public import NIOCore
internal import NIOPosix
internal import Synchronization

/// A gRPC server transport: HTTP/2 by libnghttp2, sockets by SwiftNIO.
///
/// ```swift
/// let transport = NGHTTP2ServerTransport(address: .hostPort(host: "127.0.0.1", port: 7233))
/// let server = GRPCServer(transport: transport, services: [EchoService()])
/// try await withThrowingDiscardingTaskGroup { group in
///     group.addTask { try await server.serve() }
///     print("listening on \(try await transport.listeningAddress)")
/// }
/// ```
///
/// **Flow control.** A handler that doesn't read holds its client up: a stream's window is opened as messages are taken.
/// A handler that writes faster than its client reads is held up in `write`. Both limits are in ``Configuration``.
///
/// **Cancellation.** When a client resets a call, its connection is lost, or its deadline passes, the call's
/// `ServerContext.RPCCancellationHandle` is cancelled and reading its requests throws; the handler's task is not
/// cancelled. At its deadline a call is answered with `DEADLINE_EXCEEDED` whatever its handler does.
///
/// **Shutdown.** `beginGracefulShutdown()` closes the listening socket and sends GOAWAY to every client. Calls in
/// flight run to their end, or for ``Configuration/shutdownGracePeriod``; then `listen(streamHandler:)` returns.
/// Cancelling the task that runs `listen(streamHandler:)` closes all connections and cancels the handlers' tasks; it
/// too returns only when every handler has.
///
/// **TLS.** With a ``TLSContextProvider`` every connection is one of TLS whose client asked for `h2` by ALPN.
///
/// Messages are neither compressed nor accepted compressed.
public final class NGHTTP2ServerTransport: ServerTransport {
    /// The type of the bytes handed to deserializers.
    public typealias Bytes = NGHTTP2MessageBytes
    /// What handlers are told of a call's deadline.
    public typealias CallDetails = NGHTTP2Transport.CallDetails

    private enum State {
        case idle
        case starting
        case listening(any Channel, ServerCalls)
        /// Shut down, perhaps before it was started.
        case shutDown
    }

    private let address: TransportAddress
    private let configuration: Configuration
    private let eventLoopGroup: any EventLoopGroup
    private let unaryHandlers: [UnaryHandler]
    private let tls: TLSContextProvider?
    private let authorize: CallAuthorizer?
    private let boundAddress = ListeningAddress()
    private let methods = Mutex<[MethodDescriptor]>([])
    private let state = Mutex(State.idle)

    /// Creates a transport; it listens once `listen(streamHandler:)` is called, which `GRPCServer` does.
    ///
    /// - Parameters:
    ///   - address: Where to listen. Port 0 takes a free port; ``listeningAddress`` tells which.
    ///   - configuration: The limits.
    ///   - unaryHandlers: Methods that are answered without GRPCCore.
    ///   - tls: Gives the context of each new connection; nil for plaintext.
    ///   - authorize: Says who may call what; nil to let everyone.
    ///   - eventLoopGroup: Where the sockets live. By default NIO's singleton.
    public init(
        address: TransportAddress, configuration: Configuration = Configuration(), unaryHandlers: [UnaryHandler] = [],
        tls: TLSContextProvider? = nil, authorize: CallAuthorizer? = nil, eventLoopGroup: (any EventLoopGroup)? = nil
    ) {
        self.address = address
        self.configuration = configuration
        self.unaryHandlers = unaryHandlers
        self.tls = tls
        self.authorize = authorize
        self.eventLoopGroup = eventLoopGroup ?? .singletonMultiThreadedEventLoopGroup
    }

    /// The address listened on, as soon as it is.
    ///
    /// - Throws: ``TransportError`` if the address could not be listened on or the transport was shut down before;
    ///   `CancellationError` if the task is cancelled while it waits.
    public var listeningAddress: TransportAddress {
        get async throws { try await boundAddress.value }
    }

    /// Learns which methods there are; `GRPCServer` calls it.
    ///
    /// - Parameter context: What the server knows.
    public func configure(context: GRPCServerContext) {
        methods.withLock { $0 = context.methods }
    }

    /// Listens, and runs `streamHandler` for each call, until the transport is shut down.
    ///
    /// - Parameter streamHandler: Runs a call, in a task of its own.
    /// - Throws: ``TransportError`` if the address can't be listened on, or the transport was started before.
    public func listen(
        streamHandler: @escaping @concurrent @Sendable (RPCStream<Inbound, Outbound>, ServerContext) async -> Void
    ) async throws {
        let calls = ServerCalls(
            maxConnections: configuration.maxConnections, unaryHandlers: unaryHandlers, handler: streamHandler)
        let channel: any Channel
        do {
            try begin()
            channel = try await ListeningSocket(
                address: address, configuration: configuration, calls: calls,
                paths: PathTable(methods: methods.withLock { $0 }), tls: tls, authorize: authorize
            ).bind(on: eventLoopGroup)
        } catch {
            boundAddress.set(.failure(error))
            throw error
        }
        let isRunning = state.withLock { state in
            guard case .starting = state else { return false }
            state = .listening(channel, calls)
            return true
        }
        boundAddress.set(.success(address.resolved(by: channel.localAddress)))
        if !isRunning { channel.close(promise: nil) }

        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
            calls.drain()
            await calls.untilEmpty()
        } onCancel: {
            channel.close(promise: nil)
            calls.stop()
        }
    }

    /// Ends the calls of callers which may make them no longer; their other connections and calls go on.
    ///
    /// - Parameters:
    ///   - callers: Their names, as the ``CallAuthorizer`` gave them.
    ///   - error: The calls' status.
    public func cutCalls(of callers: Set<String>, _ error: RPCError) {
        guard case .listening(_, let calls) = state.withLock({ $0 }) else { return }
        calls.cut(callers: callers, error)
    }

    private func begin() throws(TransportError) {
        let previous = state.withLock { state in
            defer { if case .idle = state { state = .starting } }
            return state
        }
        switch previous {
        case .idle: break
        case .starting, .listening:
            throw TransportError(code: .invalidState, message: "The server on \(address) was already started.")
        case .shutDown:
            throw TransportError(code: .invalidState, message: "The server on \(address) was shut down.")
        }
    }

    /// Stops taking connections and calls, and lets `listen(streamHandler:)` return when the calls in flight are done.
    public func beginGracefulShutdown() {
        let previous = state.withLock { state in
            defer { state = .shutDown }
            return state
        }
        switch previous {
        case .idle:
            boundAddress.set(
                .failure(TransportError(code: .invalidState, message: "The server on \(address) was shut down.")))
        case .starting, .shutDown:
            break
        case .listening(let channel, let calls):
            channel.close(promise: nil)
            calls.drain()
            if let period = configuration.shutdownGracePeriod {
                channel.eventLoop.scheduleTask(in: TimeAmount(period)) { calls.stop() }
            }
        }
    }
}
