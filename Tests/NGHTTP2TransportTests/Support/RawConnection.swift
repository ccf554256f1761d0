import NIOCore
import NIOPosix
import NIOSSL

/// A connection, of TCP or of TLS over it, that sends what a test tells it to, and keeps what it gets.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let received: AsyncStream<[UInt8]>

    private init(_ channel: any Channel, _ received: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.received = received
    }

    /// Connects; a TLS handshake may be under way still.
    static func connect(port: Int, tls: NIOSSLContext? = nil) async throws -> RawConnection {
        let (received, continuation) = AsyncStream<[UInt8]>.makeStream()
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel, received)
    }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func close() { channel.close(promise: nil) }

    /// Everything received by the time the other side closes.
    func untilClosed() async -> [UInt8] {
        var all: [UInt8] = []
        for await bytes in received { all += bytes }
        return all
    }

    /// Reads until there is a frame of the type.
    func frame(type: UInt8, where matches: @Sendable (HTTP2Frame) -> Bool = { _ in true }) async -> HTTP2Frame? {
        await frame { $0.type == type && matches($0) }
    }

    /// Reads until a frame fits. What was read with it, and comes after it, is lost.
    func frame(where matches: @Sendable (HTTP2Frame) -> Bool) async -> HTTP2Frame? {
        var buffer: [UInt8] = []
        for await bytes in received {
            buffer += bytes
            while let frame = HTTP2Frame(removingFrom: &buffer) {
                if matches(frame) { return frame }
            }
        }
        return nil
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(buffer: unwrapInboundIn(data)))
        }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
