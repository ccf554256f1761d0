internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore

extension HTTP2Connection {
    /// How many bytes go into one write to the channel.
    private static let bytesPerWrite = 128 * 1024

    /// Sends what nghttp2 has to send, as long as the channel takes it; then closes if that was the last.
    func send() {
        guard !isSending, let context else { return }
        isSending = true
        defer { isSending = false }
        while session != nil, context.channel.isWritable {
            guard fill() else {
                return close(RPCError(code: .internalError, message: "nghttp2 could not serialize a frame."))
            }
            if outgoing.readableBytes == 0 { break }
            // After a flush that wrote everything the buffer is unique again and is filled anew without allocating.
            context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
            outgoing.clear()
        }
        closeIfDone(context)
    }

    /// Serializes frames until nothing is left or the write is large enough; false if nghttp2 failed.
    private func fill() -> Bool {
        repeat {
            isSendingPaused = false
            guard let session else { return true }
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &bytes)
            if count < 0 { return false }
            if count == 0 { return true }
            outgoing.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
        } while outgoing.readableBytes < Self.bytesPerWrite
        return true
    }

    private func closeIfDone(_ context: ChannelHandlerContext) {
        guard let session, nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 else {
            return
        }
        let mailbox = mailbox
        // What was written may still be on its way to the socket.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
            mailbox.perform { $0.close(RPCError(code: .unavailable, message: "The connection was shut down.")) }
        }
    }

    // MARK: From inside nghttp2

    /// How much of a stream's data goes into a DATA frame of at most `limit` bytes.
    func readData(streamID: Int32, limit: Int, flags: UnsafeMutablePointer<UInt32>) -> Int {
        guard let record = records[streamID], let stream = record.stream else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let (available, isLast) = stream.sendable
        let count = min(available, limit)
        if isLast, count == available {
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            hasAnswered = true
            if side == .server {
                flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                submitTrailers(streamID, stream)
            }
        } else if count == 0 {
            record.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        if count > 0 { flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue }
        return count
    }

    /// Writes a DATA frame straight from the application's message into the outgoing buffer.
    func sendData(streamID: Int32, frameHeader: UnsafePointer<UInt8>, count: Int) -> Int32 {
        if outgoing.readableBytes >= Self.bytesPerWrite {
            isSendingPaused = true
            return NGHTTP2_ERR_WOULDBLOCK.rawValue
        }
        guard let stream = records[streamID]?.stream else {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        let frameHeaderLength = 9
        let start = outgoing.writerIndex
        outgoing.reserveCapacity(minimumWritableBytes: frameHeaderLength + count)
        outgoing.writeBytes(UnsafeRawBufferPointer(start: frameHeader, count: frameHeaderLength))
        if stream.send(count, write: { outgoing.writeBytes($0) }) { return 0 }
        // The RPC was given up between the frame's header and its data; nghttp2 resets the stream.
        outgoing.moveWriterIndex(to: start)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    private func submitTrailers(_ streamID: Int32, _ stream: CallStream) {
        guard let session else { return }
        let (status, metadata) =
            stream.takeTrailers() ?? (
                Status(code: .unknown, message: "The server ended the call without a status."), [:]
            )
        headerFields.removeAll()
        headerFields.add(status: status, metadata: metadata)
        headerFields.withUnsafeFields { fields, count in
            _ = nghttp2_submit_trailer(session, streamID, fields, count)
        }
    }
}

extension HeaderFields {
    /// Adds a status and the metadata that goes with it; a status that says so if the metadata can't be sent.
    mutating func add(status: Status, metadata: Metadata) {
        let before = self
        do {
            add(status)
            try add(metadata)
        } catch {
            self = before
            add(Status(code: .internalError, message: error.message))
        }
    }
}
