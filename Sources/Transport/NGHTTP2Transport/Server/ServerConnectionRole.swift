internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore

/// The server's end of a connection: turns requests into calls.
final class ServerConnectionRole: ConnectionRole {
    private let calls: ServerCalls
    private let authorize: CallAuthorizer?
    private var peers: PeerNames?
    /// Calls whose headers came in this read burst; they start when it ends, by when most have their message too.
    private var accepted: [CallStream] = []

    init(calls: ServerCalls, authorize: CallAuthorizer? = nil) {
        self.calls = calls
        self.authorize = authorize
    }

    func handshakeCompleted(on connection: HTTP2Connection) {
        if calls.isDraining { connection.mailbox.perform { $0.beginGracefulShutdown() } }
    }

    // MARK: Requests

    func headersCompleted(_ record: StreamRecord, endsStream: Bool, on connection: HTTP2Connection) {
        if record.stream == nil, !record.isInboundOver {
            // What is needed of the block goes into the call.
            defer { record.block = HeaderBlock() }
            if let refusal = Refusal(record.block) {
                respond(to: record, refusal, on: connection)
            } else if let entry = record.block.path {
                accept(record, entry.descriptor, on: connection)
            }
        }
        if endsStream { inboundEnded(record, on: connection) }
    }

    private func accept(_ record: StreamRecord, _ descriptor: MethodDescriptor, on connection: HTTP2Connection) {
        if let authorize {
            do {
                record.caller = try authorize(descriptor, record.block.metadata)
            } catch {
                return refuse(record, error, on: connection)
            }
        }
        let stream = CallStream(
            descriptor: descriptor, id: record.id, deadline: record.block.timeout.map { .now + $0 },
            limits: connection.configuration.streamLimits(), mailbox: connection.mailbox,
            postsAtEnd: descriptor.type?.isResponseStreaming == false, headerBytes: record.block.size)
        record.stream = stream
        stream.deliver(.metadata(record.block.metadata))
        if let timeout = record.block.timeout {
            let id = record.id
            record.deadline = connection.schedule(after: timeout) { $0.expire(streamID: id) }
        }
        accepted.append(stream)
    }

    func inboundEnded(_ record: StreamRecord, on connection: HTTP2Connection) {
        guard !record.isInboundOver else { return }
        if !record.deframer.isAtBoundary {
            return refuse(
                record, RPCError(code: .internalError, message: "The request ended in the middle of a message."),
                on: connection)
        }
        record.isInboundOver = true
        record.stream?.finishInbound()
    }

    func readBurstEnded(on connection: HTTP2Connection) {
        guard !accepted.isEmpty, let channel = connection.context?.channel else { return }
        let peers = peers ?? PeerNames(channel)
        self.peers = peers
        calls.start(accepted, peers: peers)
        accepted.removeAll(keepingCapacity: true)
    }

    // MARK: Responses

    func start(_ stream: CallStream, _ work: CallStream.Work, on connection: HTTP2Connection) {
        guard let session = connection.session, let id = work.id else { return }
        connection.headerFields.removeAll()
        connection.headerFields.add(":status", "200")
        connection.headerFields.add("content-type", "application/grpc")
        if let (status, metadata) = work.trailersOnly {
            connection.headerFields.add(status: status, metadata: metadata)
            _ = connection.headerFields.withUnsafeFields { nghttp2_submit_response(session, id, $0, $1, nil) }
            return
        }
        do {
            if let metadata = work.metadata { try connection.headerFields.add(metadata) }
        } catch {
            stream.reset(error, http2ErrorCode: NGHTTP2_INTERNAL_ERROR.rawValue)
            return
        }
        var provider = HTTP2Connection.dataProvider()
        _ = connection.headerFields.withUnsafeFields { nghttp2_submit_response(session, id, $0, $1, &provider) }
    }

    func refuse(_ record: StreamRecord, _ error: RPCError, on connection: HTTP2Connection) {
        record.isInboundOver = true
        guard let stream = record.stream else {
            return respond(
                to: record, Refusal(status: Status(code: Status.Code(error.code), message: error.message)),
                on: connection)
        }
        stream.cut(error)
    }

    private func respond(to record: StreamRecord, _ refusal: Refusal, on connection: HTTP2Connection) {
        guard let session = connection.session else { return }
        record.isInboundOver = true
        record.block = HeaderBlock()
        connection.headerFields.removeAll()
        connection.headerFields.add(":status", String(refusal.httpStatus))
        if refusal.httpStatus == 200 { connection.headerFields.add("content-type", "application/grpc") }
        connection.headerFields.add(refusal.status)
        if refusal.namesEncodings { connection.headerFields.add("grpc-accept-encoding", "identity") }
        _ = connection.headerFields.withUnsafeFields { nghttp2_submit_response(session, record.id, $0, $1, nil) }
    }

    /// The response is complete: if the request isn't, the client is told to stop sending it.
    func outboundEnded(streamID: Int32, on connection: HTTP2Connection) {
        guard let session = connection.session, nghttp2_session_get_stream_remote_close(session, streamID) == 0 else {
            return
        }
        nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), streamID, NGHTTP2_NO_ERROR.rawValue)
    }

    // MARK: Endings

    func streamClosed(_ stream: CallStream) {
        calls.streamClosed(stream)
    }

    func goAwayReceived(on connection: HTTP2Connection) {}

    func closed(_ error: RPCError, on connection: HTTP2Connection) {
        calls.start(accepted, peers: peers ?? .unknown)
        accepted = []
        calls.connectionClosed(connection.mailbox)
    }
}

extension HTTP2Connection {
    fileprivate func expire(streamID: Int32) {
        guard let record = records[streamID] else { return }
        record.isInboundOver = true
        record.stream?.cut(.deadlineExceeded)
    }
}
