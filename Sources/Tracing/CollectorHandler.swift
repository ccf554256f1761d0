internal import NIOCore
internal import NIOHTTP1

/// One request and its answer at a time on a connection to a collector.
final class CollectorHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    /// How much of an answer is read: it says how many spans were rejected, if any.
    private static let maximumBodyBytes = 64 * 1024

    struct Exchange {
        var head: HTTPRequestHead
        var body: ByteBuffer
        var answer: EventLoopPromise<CollectorAnswer>
    }

    private var answer: EventLoopPromise<CollectorAnswer>?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard answer == nil, context.channel.isActive else {
            exchange.answer.fail(ChannelError.ioOnClosedChannel)
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        answer = exchange.answer
        (head, body) = (nil, [])
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // 1xx are not the answer.
            if head.status.code >= 200 { self.head = head }
        case .body(let part):
            let room = Self.maximumBodyBytes - body.count
            body += part.readableBytesView.prefix(room)
        case .end:
            guard let head else { return }
            let result = CollectorAnswer(
                status: Int(head.status.code), retryAfter: head.headers.first(name: "retry-after"), body: body)
            answer?.succeed(result)
            answer = nil
            self.head = nil
            if !head.isKeepAlive { context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(ChannelError.ioOnClosedChannel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error)
        context.close(promise: nil)
    }

    private func fail(_ error: any Error) {
        answer?.fail(error)
        answer = nil
    }
}
