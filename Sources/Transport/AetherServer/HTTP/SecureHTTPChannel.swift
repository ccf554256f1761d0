internal import HummingbirdCore
internal import Logging
internal import NGHTTP2Transport
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// HTTP within its limits, over TLS if there is a context for each connection. (That of HummingbirdTLS has one context for all.)
struct SecureHTTPChannel: ServerChildChannel {
    let base: HTTP1Channel
    let tls: TLSContextProvider?
    let limits: HTTPLimits
    private let connections: ConnectionCount

    init(responder: @escaping HTTPChannelHandler.Responder, tls: TLSContextProvider?, limits: HTTPLimits) {
        base = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.maxHeaderBytes, maxHeaderListSize: limits.maxHeaderBytes,
                    maxHeaderFieldCount: limits.maxHeaderFields)))
        self.tls = tls
        self.limits = limits
        connections = ConnectionCount(maximum: limits.maxConnections)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let isTooMany = connections.isExceededByOneMore()
        channel.closeFuture.whenComplete { [connections] _ in connections.oneLess() }
        return channel.eventLoop.makeCompletedFuture {
            if isTooMany { throw ChannelError.ioOnClosedChannel }
            // As on the gRPC port: one read a turn, so that no connection holds up the others.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            if let tls {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: try tls()))
            }
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }.flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(HTTPConnectionGuard(limits), position: .after(decoder))
            return value
        }.flatMapErrorThrowing { error in
            // Nobody else closes a connection that could not be set up.
            channel.close(promise: nil)
            throw error
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
