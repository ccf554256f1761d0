internal import GRPCCore
internal import NIOCore

/// What only the event loop knows of a stream.
final class StreamRecord {
    let id: Int32
    /// The RPC; nil of a request that is being read or was refused.
    var stream: CallStream?
    /// Who called, if a server asks.
    var caller: String?
    var deframer = MessageDeframer()
    /// The header block that is being read, then the last one read.
    var block = HeaderBlock()
    var continuations = 0
    /// Whether nghttp2 waits to be told that there is something to send.
    var isDeferred = false
    /// Whether the peer sends nothing more that matters.
    var isInboundOver = false
    /// Whether a client has seen the response's first header block.
    var hasMetadata = false
    var deadline: Scheduled<Void>?

    init(id: Int32, stream: CallStream? = nil) {
        self.id = id
        self.stream = stream
    }
}
