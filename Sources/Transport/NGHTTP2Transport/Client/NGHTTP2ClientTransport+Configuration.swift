public import GRPCCore

extension NGHTTP2ClientTransport {
    /// The limits a client runs with, and how it connects.
    public struct Configuration: Sendable, Hashable {
        /// The largest message sent or taken, in bytes, unless a call's options say otherwise. By default 16 MiB.
        public var maxMessageBytes = 16 * 1024 * 1024
        /// The largest header list taken, in bytes as HTTP/2 counts them. By default 32 KiB.
        public var maxHeaderListBytes = 32 * 1024
        /// How many bytes of a call's response may arrive before they are read. By default 256 KiB.
        public var streamWindowBytes = 256 * 1024
        /// How many bytes of all responses may be in the network. By default 4 MiB.
        public var connectionWindowBytes = 4 * 1024 * 1024
        /// How many bytes of a call may wait to be sent before its writer is held up. By default 256 KiB.
        public var writeBufferBytes = 256 * 1024
        /// How long an attempt to connect may take. By default 10 seconds.
        public var connectTimeout = Duration.seconds(10)
        /// How a dead server is found out; nil to leave that to TCP. By default a PING after 5 silent seconds, and 15
        /// seconds for its answer.
        public var keepalive: Keepalive? = Keepalive()
        /// How long to wait between attempts to connect.
        public var backoff = Backoff()
        /// Options of methods: timeouts, retries, whether to wait for a connection.
        public var serviceConfig = ServiceConfig()
        /// What is put up with from a server that wastes the client's time.
        public var floodGuard = FloodGuard()
        /// The value of the `:authority` header; nil for the target's address.
        public var authority: String?

        /// What every call sends along besides its own metadata, those of
        /// ``NGHTTP2ClientTransport/unary(_:_:timeout:)`` too: credentials, say.
        public var metadata = Metadata()

        /// Creates the default configuration.
        public init() {}

        var connection: ConnectionConfiguration {
            ConnectionConfiguration(
                maxMessageBytes: maxMessageBytes, maxConcurrentStreams: 0, maxHeaderListBytes: maxHeaderListBytes,
                streamWindowBytes: streamWindowBytes, connectionWindowBytes: connectionWindowBytes,
                writeBufferBytes: writeBufferBytes, handshakeTimeout: connectTimeout, keepalive: keepalive,
                floodGuard: floodGuard)
        }
    }
}
