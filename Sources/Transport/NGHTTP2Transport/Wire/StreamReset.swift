/// The cause of an `RPCError`: the peer, or a proxy on the way to it, reset the call's stream.
public struct StreamReset: Error {
    /// See RFC 9113, section 7.
    public var http2ErrorCode: UInt32
}
