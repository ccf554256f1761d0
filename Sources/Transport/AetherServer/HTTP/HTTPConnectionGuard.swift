internal import NIOCore
internal import NIOHTTP1

/// Ends a connection that takes too long for an exchange or sends too much of a body; see ``HTTPLimits``.
///
/// A deadline for the whole exchange, and not for silence: who sends a byte now and then ("slow loris") is never silent.
final class HTTPConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPLimits
    private var deadline: Scheduled<Void>?
    private var bodyBytes = 0
    /// Requests that have come and whose responses have not been written.
    private var unanswered = 0
    private var isRefusing = false

    init(_ limits: HTTPLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        beginExchange(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    private func beginExchange(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: .nanoseconds(Int64(limits.exchangeTimeout / .nanoseconds(1)))) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefusing { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            bodyBytes = 0
            let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            if announced > limits.maxBodyBytes { return refuse(context) }
            unanswered += 1
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes > limits.maxBodyBytes { return refuse(context) }
        case .end:
            break
        }
        context.fireChannelRead(data)
    }

    /// Says 413 unless a response is under way, and ends the connection.
    private func refuse(_ context: ChannelHandlerContext) {
        isRefusing = true
        guard unanswered == 0 else { return context.close(promise: nil) }
        let head = HTTPResponseHead(
            version: .http1_1, status: .payloadTooLarge, headers: ["content-length": "0", "connection": "close"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var promise = promise
        switch unwrapOutboundIn(data) {
        case .head:
            break
        case .body:
            // A response may go on for as long as its parts are taken off.
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenSuccess { self.beginExchange(context) }
            promise = written
        case .end:
            unanswered -= 1
            beginExchange(context)
        }
        context.write(data, promise: promise)
    }
}
