internal import HummingbirdCore
internal import Logging
internal import NGHTTP2Transport
internal import NIOCore
internal import NIOSSL

/// HTTP, over TLS if there is a context for each connection. (That of HummingbirdTLS has one context for all.)
struct SecureHTTPChannel: ServerChildChannel {
    let base: HTTP1Channel
    let tls: TLSContextProvider?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        guard let tls else { return base.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: try tls()))
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
