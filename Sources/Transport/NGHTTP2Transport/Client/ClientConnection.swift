internal import GRPCCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One connection of a client, from the attempt to make it to its end.
final class ClientConnection: Sendable {
    enum Event: Sendable {
        /// The server speaks HTTP/2: calls may be made.
        case ready
        /// The server takes no more calls; those it has go on.
        case goAway
        /// The connection is gone. Nothing follows.
        case closed(RPCError)
    }

    private struct State {
        var channels: [any Channel] = []
        var isCancelled = false
        var isClosed = false
        var mailbox: ConnectionMailbox?
        var peers = PeerNames.unknown
    }

    /// What becomes of the connection, for the task that keeps the client connected. A handful of events at most.
    let events: AsyncStream<Event>
    private let eventContinuation: AsyncStream<Event>.Continuation
    /// Called with each event as it happens, on the event loop.
    private let onEvent: @Sendable (ClientConnection, Event) -> Void
    private let state = Mutex(State())

    init(onEvent: @escaping @Sendable (ClientConnection, Event) -> Void) {
        self.onEvent = onEvent
        (events, eventContinuation) = AsyncStream.makeStream()
    }

    /// Where calls are posted, once connected.
    var endpoint: (mailbox: ConnectionMailbox, peers: PeerNames)? {
        state.withLock { state in state.mailbox.map { ($0, state.peers) } }
    }

    func report(_ event: Event) {
        let isLate = state.withLock { state in
            defer { if case .closed = event { state.isClosed = true } }
            return state.isClosed
        }
        if isLate { return }
        onEvent(self, event)
        eventContinuation.yield(event)
        if case .closed = event { eventContinuation.finish() }
    }

    /// Connects; returns once the socket is. Failures are reported as `closed`.
    func open(
        _ target: TransportAddress, configuration: NGHTTP2ClientTransport.Configuration, tls: TLSContextProvider?,
        on group: any EventLoopGroup
    ) async {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            // Nothing is read until the handler is there to take it.
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.forConnections)
            .channelInitializer { channel in
                self.add(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
        do {
            let connected =
                switch target {
                case .hostPort(let host, let port): bootstrap.connect(host: host, port: port)
                case .unixDomainSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
                }
            try await connected.flatMap { channel in
                channel.eventLoop.submit { try self.setUp(channel, target, configuration, tls) }
                    .flatMap { channel.setOption(.autoRead, value: true) }
            }.get()
        } catch {
            report(.closed(Self.unavailable(target, error)))
            close()
        }
    }

    /// The pipeline of a connection.
    private func setUp(
        _ channel: any Channel, _ target: TransportAddress, _ configuration: NGHTTP2ClientTransport.Configuration,
        _ tls: TLSContextProvider?
    ) throws {
        let mailbox = ConnectionMailbox(eventLoop: channel.eventLoop)
        let isCancelled = state.withLock { state in
            state.mailbox = mailbox
            state.peers = PeerNames(channel)
            return state.isCancelled
        }
        if isCancelled { throw CancellationError() }
        let role = ClientConnectionRole(
            connection: self, authority: configuration.authority ?? target.authority, isSecure: tls != nil,
            metadata: configuration.metadata)
        if let tls {
            let handler = try NIOSSLClientHandler(context: try tls(), serverHostname: target.hostName)
            try channel.pipeline.syncOperations.addHandlers([handler, TLSErrorHandler(.client)])
        }
        try channel.pipeline.syncOperations.addHandler(
            HTTP2Connection(
                side: .client, role: role, configuration: configuration.connection, mailbox: mailbox,
                paths: PathTable()))
    }

    private func add(_ channel: any Channel) {
        let isCancelled = state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    /// Closes the connection, whatever it is doing. Its calls fail.
    func close() {
        let channels = state.withLock { state in
            state.isCancelled = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Closes the connection once its calls are done.
    func beginGracefulShutdown() {
        if let mailbox = endpoint?.mailbox {
            mailbox.perform { $0.beginGracefulShutdown() }
        } else {
            close()
        }
    }

    private static func unavailable(_ target: TransportAddress, _ error: any Error) -> RPCError {
        let cause: any Error
        if let error = error as? NIOConnectionError {
            cause = error.connectionErrors.first?.error ?? error.dnsAError ?? error.dnsAAAAError ?? error
        } else {
            cause = error
        }
        let reason =
            switch cause {
            case let error as IOError: error.description
            case ChannelError.connectTimeout(let time): "no answer within \(time.nanoseconds / 1_000_000) ms"
            default: "\(cause)"
            }
        return RPCError(
            code: .unavailable, message: "Can't connect to \(target): \(reason). Is a server running there?",
            cause: cause)
    }
}
