internal import GRPCCore
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Opens a server's socket and sets up the connections it accepts.
struct ListeningSocket {
    let address: TransportAddress
    let configuration: NGHTTP2ServerTransport.Configuration
    let calls: ServerCalls
    let paths: PathTable
    let tls: TLSContextProvider?
    let authorize: CallAuthorizer?

    private static let backlog: ChannelOptions.Types.BacklogOption.Value = 1024

    func bind(on group: any EventLoopGroup) async throws(TransportError) -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // One read a turn of the event loop, so that a connection that floods the server holds up no other.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator.forConnections)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try setUp(channel) }
            }
        do {
            switch address {
            case .hostPort(let host, let port):
                return try await bootstrap.bind(host: host, port: port).get()
            case .unixDomainSocket(let path):
                try await failIfServed(path, group)
                return try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            }
        } catch let error as TransportError {
            throw error
        } catch {
            throw self.error(error)
        }
    }

    /// The pipeline of a connection.
    private func setUp(_ channel: any Channel) throws {
        let handler = try tls.map { NIOSSLServerHandler(context: try $0()) }
        let mailbox = ConnectionMailbox(
            eventLoop: channel.eventLoop,
            buffers: BufferAccount(configuration.connection.buffers, total: calls.buffers),
            onTotalExceeded: { [calls] in calls.endGreediestConnection() })
        guard calls.addConnection(mailbox) else {
            throw TransportError(code: .invalidState, message: "The server takes no more connections.")
        }
        // Of a Unix domain socket this option can't be set, and isn't needed.
        _ = channel.setOption(.tcpOption(.tcp_nodelay), value: 1)
        if let handler { try channel.pipeline.syncOperations.addHandlers([handler, TLSErrorHandler(.server)]) }
        try channel.pipeline.syncOperations.addHandler(
            HTTP2Connection(
                side: .server, role: ServerConnectionRole(calls: calls, authorize: authorize),
                configuration: configuration.connection, mailbox: mailbox, paths: paths,
                suspects: calls.suspects(on: channel.eventLoop)))
    }

    /// A socket file may be left from a process that died, or belong to one that lives: only the latter answers.
    private func failIfServed(_ path: String, _ group: any EventLoopGroup) async throws(TransportError) {
        guard let channel = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() else {
            return
        }
        try? await channel.close()
        throw inUse(nil)
    }

    private func error(_ error: any Error) -> TransportError {
        if let error = error as? IOError, error.errnoCode == EADDRINUSE { return inUse(error) }
        return TransportError(code: .bindFailed, message: "Can't listen on \(address).", cause: error)
    }

    private func inUse(_ cause: (any Error)?) -> TransportError {
        TransportError(
            code: .addressInUse,
            message: "Can't listen on \(address): another process does. Stop it, or choose another address.",
            cause: cause)
    }
}

extension AdaptiveRecvByteBufferAllocator {
    /// Small for idle connections, large enough for a burst of calls in one read, and no larger than what is dealt with in a
    /// fraction of a millisecond.
    static var forConnections: Self {
        AdaptiveRecvByteBufferAllocator(minimum: 2 * 1024, initial: 16 * 1024, maximum: HTTP2Connection.maxReadBytes)
    }
}

extension TransportAddress {
    /// The address with the port the system chose.
    func resolved(by socketAddress: SocketAddress?) -> TransportAddress {
        guard case .hostPort(let host, _) = self, let port = socketAddress?.port else { return self }
        return .hostPort(host: socketAddress?.ipAddress ?? host, port: port)
    }
}
