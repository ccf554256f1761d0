internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore

extension HTTP2Connection {
    /// The connection behind nghttp2's user data. It outlives its session, so the pointer is good in every callback.
    private static func from(_ userData: UnsafeMutableRawPointer?) -> HTTP2Connection? {
        userData.map { Unmanaged<HTTP2Connection>.fromOpaque($0).takeUnretainedValue() }
    }

    static func setCallbacks(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, userData in
            if let frame { HTTP2Connection.from(userData)?.beginHeaders(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, userData in
            guard let frame, let connection = HTTP2Connection.from(userData) else { return 0 }
            return connection.addHeader(
                streamID: frame.pointee.hd.stream_id,
                name: UnsafeBufferPointer(start: name, count: nameLength),
                value: UnsafeBufferPointer(start: value, count: valueLength))
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, userData in
            HTTP2Connection.from(userData)?.countReset()
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, userData in
            if let frame { HTTP2Connection.from(userData)?.frameReceived(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, streamID, data, length, userData in
            HTTP2Connection.from(userData)?.dataReceived(
                streamID: streamID, UnsafeRawBufferPointer(start: data, count: length))
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, streamID, code, userData in
            HTTP2Connection.from(userData)?.streamClosed(streamID: streamID, http2ErrorCode: code)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, userData in
            if let frame { HTTP2Connection.from(userData)?.frameNotSent(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, userData in
            if let frame { HTTP2Connection.from(userData)?.frameSent(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, frame, frameHeader, length, _, userData in
            guard let frame, let frameHeader, let connection = HTTP2Connection.from(userData) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            return connection.sendData(streamID: frame.pointee.hd.stream_id, frameHeader: frameHeader, count: length)
        }
    }

    /// Where nghttp2 gets a stream's data from.
    static func dataProvider() -> nghttp2_data_provider {
        nghttp2_data_provider(source: nghttp2_data_source()) { _, streamID, _, length, flags, _, userData in
            guard let flags, let connection = HTTP2Connection.from(userData) else {
                return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
            }
            return connection.readData(streamID: streamID, limit: length, flags: flags)
        }
    }
}

// MARK: What arrived

extension HTTP2Connection {
    private func beginHeaders(_ frame: UnsafePointer<nghttp2_frame>) {
        let id = frame.pointee.hd.stream_id
        if let record = records[id] {
            record.block = HeaderBlock()
            headerRecord = record
        } else if side == .server {
            let record = StreamRecord(id: id)
            records[id] = record
            headerRecord = record
        }
    }

    /// A block may stand for this many times the limit before it is a bomb; below, its call alone is refused.
    private static let headerBombFactor = 4

    /// A field of one byte may stand for thousands that were sent once (RFC 7541, section 7.3), so what counts is the size after
    /// decompression, and a block that goes on past all reason isn't read to its end.
    private func addHeader(
        streamID: Int32, name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
    ) -> Int32 {
        guard let record = headerRecord, record.id == streamID else { return 0 }
        let limit = configuration.maxHeaderListBytes
        record.block.add(name: name, value: value, paths: paths, limit: limit)
        guard record.block.size / Self.headerBombFactor > limit else { return 0 }
        terminate(NGHTTP2_ENHANCE_YOUR_CALM)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    /// A window that is opened by less is a game: of a byte at a time, each costs a frame.
    private static let smallIncrement = 256

    private func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_DATA:
            if endsStream {
                if let record = records[header.stream_id] { role.inboundEnded(record, on: self) }
            } else if header.length == 0 {
                countControlFrame()
            }
        case NGHTTP2_HEADERS:
            guard let record = records[header.stream_id] else { return }
            if record.block.size > configuration.maxHeaderListBytes, !record.isInboundOver {
                costlyFrames += 1
                role.refuse(record, headerListTooLarge(record.block.size), on: self)
            } else {
                role.headersCompleted(record, endsStream: endsStream, on: self)
            }
        case NGHTTP2_SETTINGS:
            countControlFrame()
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 { handshakeCompleted() }
        case NGHTTP2_PING:
            countControlFrame()
            if header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
                withUnsafeBytes(of: frame.pointee.ping.opaque_data) { bytes in
                    if let payload = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) { pingAnswered(payload) }
                }
            }
        case NGHTTP2_PRIORITY: countControlFrame()
        case NGHTTP2_WINDOW_UPDATE:
            if frame.pointee.window_update.window_size_increment < Self.smallIncrement { countControlFrame() }
        case NGHTTP2_RST_STREAM: countReset()
        case NGHTTP2_GOAWAY: role.goAwayReceived(on: self)
        default: break
        }
    }

    private func headerListTooLarge(_ size: Int) -> RPCError {
        RPCError(
            code: .resourceExhausted,
            message: "The header list has \(size) bytes, more than the limit of "
                + "\(configuration.maxHeaderListBytes) (maxHeaderListBytes).")
    }

    private func dataReceived(streamID: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let session else { return }
        returnConnectionWindow(bytes.count, session)
        guard let record = records[streamID], !record.isInboundOver, let stream = record.stream else { return }
        var rest = bytes
        var counted = bytes.count
        let incomplete = record.deframer.partialBytes
        defer { mailbox.countIncomplete(record.deframer.partialBytes - incomplete) }
        do throws(MessageDeframer.Failure) {
            while let message = try record.deframer.next(from: &rest, limit: stream.limits.maxReceiveBytes) {
                stream.deliver(.message(message), windowBytes: counted - rest.count)
                counted = rest.count
            }
        } catch {
            costlyFrames += 1
            return role.refuse(record, error.rpcError(limit: stream.limits.maxReceiveBytes), on: self)
        }
        let windowBytes = stream.returnableBytes(addingPartial: counted)
        if windowBytes > 0 { nghttp2_session_consume_stream(session, streamID, windowBytes) }
    }

    private func streamClosed(streamID: Int32, http2ErrorCode code: UInt32) {
        guard let record = records.removeValue(forKey: streamID) else { return }
        record.deadline?.cancel()
        dropIncomplete(record)
        close(record.stream, .streamReset(http2ErrorCode: code))
    }

    private func frameNotSent(_ frame: UnsafePointer<nghttp2_frame>) {
        guard nghttp2_frame_type(UInt32(frame.pointee.hd.type)) == NGHTTP2_HEADERS, side == .client else { return }
        guard let record = records.removeValue(forKey: frame.pointee.hd.stream_id) else { return }
        close(
            record.stream,
            RPCError(code: .unavailable, message: "The connection takes no more calls; it is shutting down."))
    }

    private func frameSent(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_DATA, NGHTTP2_HEADERS:
            if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
                role.outboundEnded(streamID: header.stream_id, on: self)
            }
        default: break
        }
    }
}

extension MessageDeframer.Failure {
    func rpcError(limit: Int) -> RPCError {
        switch self {
        case .compressed:
            RPCError(
                code: .unimplemented, message: "The message is compressed; only the identity encoding is supported.")
        case .tooLarge(let bytes):
            .messageTooLarge(bytes: bytes, limit: limit, direction: "incoming")
        }
    }
}
