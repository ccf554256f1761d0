internal import CNGHTTP2
internal import GRPCCore

/// How the connection keeps to its ``BufferBudget``.
extension HTTP2Connection {
    /// Gives the peer back what it sent of the connection's window, unless too much is waiting.
    ///
    /// One slow reader must not stop the others: up to there only the stream's own window waits for the application.
    func returnConnectionWindow(_ count: Int, _ session: OpaquePointer) {
        if mailbox.buffers.verdict == .withholdWindow, mailbox.buffers.withhold() {
            withheldBytes += count
        } else {
            nghttp2_session_consume_connection(session, count + withheldBytes)
            withheldBytes = 0
        }
    }

    /// There is room again for what the peer has to send.
    func releaseWindow() {
        guard let session, withheldBytes > 0 else { return }
        nghttp2_session_consume_connection(session, withheldBytes)
        withheldBytes = 0
        send()
    }

    /// Ends the call that holds most when more is waiting than may. When there are only calls that hold little, ending one of
    /// them after each read would not make up for what the next read brings: the peer has to go.
    func keepToBudget() {
        guard mailbox.buffers.verdict == .cutCall else { return }
        let calls = records.values.compactMap { record in
            record.stream.map { (record, bytes: $0.bufferedBytes + record.deframer.partialBytes) }
        }
        guard let (record, bytes) = calls.max(by: { $0.bytes < $1.bytes }), bytes > Self.maxReadBytes else {
            return terminate(NGHTTP2_ENHANCE_YOUR_CALM)
        }
        let error = RPCError.connectionBufferFull(limit: mailbox.buffers.budget.connectionBytes)
        dropIncomplete(record)
        role.refuse(record, error, on: self)
        // An answer that is complete, or sent in part, can't be replaced by a status.
        if let stream = record.stream, stream.bufferedBytes > Self.maxReadBytes {
            stream.reset(error, http2ErrorCode: NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
        }
    }

    /// Forgets what has come of a message that nobody will get.
    func dropIncomplete(_ record: StreamRecord) {
        mailbox.countIncomplete(-record.deframer.partialBytes)
        record.deframer.discard()
    }
}

extension RPCError {
    static func connectionBufferFull(limit: Int) -> RPCError {
        RPCError(
            code: .resourceExhausted,
            message: "The calls of this connection have more waiting than the \(limit) bytes they may: "
                + "read what they send, or make fewer at once.")
    }
}
