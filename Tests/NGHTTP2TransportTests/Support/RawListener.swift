import NIOCore
import NIOPosix

/// A TCP listener that accepts, sends what it is told to, and never says anything else.
struct RawListener: Sendable {
    let port: Int
    /// Counts the connections accepted.
    let accepted: AsyncStream<Void>
    private let channel: any Channel

    init(greeting: [UInt8] = []) async throws {
        let (accepted, continuation) = AsyncStream<Void>.makeStream()
        self.accepted = accepted
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                continuation.yield()
                if greeting.isEmpty { return channel.eventLoop.makeSucceededVoidFuture() }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Greeter(greeting))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws { try await channel.close() }

    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let greeting: [UInt8]

        init(_ greeting: [UInt8]) { self.greeting = greeting }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: greeting)), promise: nil)
        }
    }
}
