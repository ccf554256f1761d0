extension NGHTTP2ServerTransport {
    /// The limits a server runs with. Every queue and every wait has one.
    public struct Configuration: Sendable, Hashable {
        /// The largest message taken or sent, in bytes. A larger one ends its call with `RESOURCE_EXHAUSTED`.
        /// By default 16 MiB.
        public var maxMessageBytes = 16 * 1024 * 1024
        /// How many calls a connection may have in flight. A client keeps further ones back. By default 1,000.
        public var maxConcurrentStreams = 1_000
        /// The largest header list taken, in bytes as HTTP/2 counts them. A larger one ends its call with
        /// `RESOURCE_EXHAUSTED`. By default 32 KiB.
        public var maxHeaderListBytes = 32 * 1024
        /// How many bytes of a call may arrive before its handler takes them. By default 256 KiB.
        public var streamWindowBytes = 256 * 1024
        /// How many bytes of all calls of a connection may be in the network. By default 4 MiB.
        public var connectionWindowBytes = 4 * 1024 * 1024
        /// How many bytes of a call may wait to be sent before its writer is held up. By default 256 KiB.
        public var writeBufferBytes = 256 * 1024
        /// How many bytes the calls of a connection may have waiting: arrived and not taken, of unfinished messages, waiting to be
        /// sent, and their headers. Past half of it the client has to wait (flow control); past it the call that holds most ends
        /// with `RESOURCE_EXHAUSTED`, as does one that has a message to send. By default 256 MiB.
        public var connectionBufferBytes = 256 * 1024 * 1024
        /// How many bytes all calls together may have waiting. Past it the connection that holds most is told to go, with
        /// ENHANCE_YOUR_CALM. By default 1 GiB.
        public var totalBufferBytes = 1024 * 1024 * 1024
        /// How many connections there may be; further ones are closed at once. By default 10,000.
        public var maxConnections = 10_000
        /// How long a new connection may take to say that it speaks HTTP/2. By default 10 seconds.
        public var handshakeTimeout = Duration.seconds(10)
        /// How dead clients are found out; nil to leave that to TCP. By default a PING after 5 silent seconds, and 15
        /// seconds for its answer.
        public var keepalive: Keepalive? = Keepalive()
        /// How long calls may go on after a graceful shutdown has begun before they are cancelled; nil for as long as
        /// they like, which is the default.
        public var shutdownGracePeriod: Duration?
        /// What is put up with from a client that wastes the server's time.
        public var floodGuard = FloodGuard()

        /// Creates the default configuration.
        public init() {}

        var connection: ConnectionConfiguration {
            ConnectionConfiguration(
                maxMessageBytes: maxMessageBytes, maxConcurrentStreams: maxConcurrentStreams,
                maxHeaderListBytes: maxHeaderListBytes, streamWindowBytes: streamWindowBytes,
                connectionWindowBytes: connectionWindowBytes, writeBufferBytes: writeBufferBytes,
                handshakeTimeout: handshakeTimeout, keepalive: keepalive, floodGuard: floodGuard,
                buffers: BufferBudget(connectionBytes: connectionBufferBytes, totalBytes: totalBufferBytes))
        }
    }
}
