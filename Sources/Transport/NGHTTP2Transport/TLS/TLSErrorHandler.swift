internal import GRPCCore
internal import NIOCore

/// Puts the errors of the TLS handler before it in words, for the connection behind it.
final class TLSErrorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let side: HTTP2Session.Side

    init(_ side: HTTP2Session.Side) {
        self.side = side
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(RPCError(tlsError: error, side: side))
    }
}
