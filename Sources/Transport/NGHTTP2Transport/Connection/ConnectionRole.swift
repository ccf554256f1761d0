internal import GRPCCore

/// What the two ends of a connection do differently. Called on the connection's event loop.
protocol ConnectionRole: AnyObject {
    /// The peer's SETTINGS have arrived: it speaks HTTP/2.
    func handshakeCompleted(on connection: HTTP2Connection)
    /// A header block is complete.
    func headersCompleted(_ record: StreamRecord, endsStream: Bool, on connection: HTTP2Connection)
    /// The peer has ended its half of the stream with DATA.
    func inboundEnded(_ record: StreamRecord, on connection: HTTP2Connection)
    /// A stream this side gave up on, since what arrived can't be taken.
    func refuse(_ record: StreamRecord, _ error: RPCError, on connection: HTTP2Connection)
    /// Submits the start of what a stream sends.
    func start(_ stream: CallStream, _ work: CallStream.Work, on connection: HTTP2Connection)
    /// A frame that ends this side's half of a stream was sent.
    func outboundEnded(streamID: Int32, on connection: HTTP2Connection)
    /// All the bytes at hand have been read.
    func readBurstEnded(on connection: HTTP2Connection)
    /// HTTP/2 has closed the stream of an RPC, which was told so.
    func streamClosed(_ stream: CallStream)
    func goAwayReceived(on connection: HTTP2Connection)
    /// The connection is gone; its streams have been told.
    func closed(_ error: RPCError, on connection: HTTP2Connection)
}
