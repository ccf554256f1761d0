internal import NIOCore

/// What a connection is run with, on either side.
struct ConnectionConfiguration: Sendable {
    var maxMessageBytes: Int
    var maxConcurrentStreams: Int
    var maxHeaderListBytes: Int
    var streamWindowBytes: Int
    var connectionWindowBytes: Int
    var writeBufferBytes: Int
    var handshakeTimeout: Duration
    var keepalive: Keepalive?
    var floodGuard: FloodGuard
    var buffers = BufferBudget.unlimited

    func streamLimits(maxSendBytes: Int? = nil, maxReceiveBytes: Int? = nil) -> StreamLimits {
        StreamLimits(
            maxSendBytes: maxSendBytes ?? maxMessageBytes,
            maxReceiveBytes: maxReceiveBytes ?? maxMessageBytes,
            writeBufferBytes: writeBufferBytes,
            windowReturnBytes: max(1, streamWindowBytes / 8))
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        // A century is as good as for ever, and can be added to any deadline.
        let century: Int64 = 3_155_760_000_000_000_000
        self = .nanoseconds(overflow ? century : min(nanoseconds + attoseconds / 1_000_000_000, century))
    }
}
