internal import CNGHTTP2
internal import GRPCCore

/// The client's end of a connection: turns calls into requests.
final class ClientConnectionRole: ConnectionRole {
    private let connection: ClientConnection
    private let authority: String
    private let isSecure: Bool
    private let metadata: Metadata
    private static let userAgent: StaticString = "grpc-swift-nghttp2/1.0"

    init(connection: ClientConnection, authority: String, isSecure: Bool, metadata: Metadata) {
        self.connection = connection
        self.authority = authority
        self.isSecure = isSecure
        self.metadata = metadata
    }

    func handshakeCompleted(on connection: HTTP2Connection) {
        self.connection.report(.ready)
    }

    // MARK: Requests

    func start(_ stream: CallStream, _ work: CallStream.Work, on connection: HTTP2Connection) {
        guard let session = connection.session, let metadata = work.metadata else { return }
        do {
            try addRequestFields(stream.descriptor, metadata, to: &connection.headerFields)
        } catch {
            return stream.close(error)
        }
        var provider = HTTP2Connection.dataProvider()
        let id = connection.headerFields.withUnsafeFields {
            nghttp2_submit_request(session, nil, $0, $1, &provider, nil)
        }
        guard id > 0 else {
            // GOAWAY has come, or the connection has used up its stream identifiers.
            self.connection.report(.goAway)
            return stream.close(
                RPCError(code: .unavailable, message: "The connection takes no more calls; another one is made."))
        }
        connection.records[id] = StreamRecord(id: id, stream: stream)
        stream.setID(id)
    }

    private func addRequestFields(
        _ descriptor: MethodDescriptor, _ metadata: Metadata, to fields: inout HeaderFields
    ) throws(RPCError) {
        fields.removeAll()
        fields.add(":method", "POST")
        fields.add(":scheme", isSecure ? "https" as StaticString : "http")
        fields.addPath(of: descriptor)
        fields.add(":authority", authority)
        fields.add("te", "trailers")
        fields.add("content-type", "application/grpc")
        fields.add("user-agent", Self.userAgent)
        try fields.add(self.metadata)
        try fields.add(metadata)
    }

    // MARK: Responses

    func headersCompleted(_ record: StreamRecord, endsStream: Bool, on connection: HTTP2Connection) {
        guard let stream = record.stream, !record.isInboundOver else { return }
        let block = record.block
        if !record.hasMetadata {
            if let status = block.httpStatus, (100..<200).contains(status) { return }
            if let error = Self.reject(block) { return refuse(record, error, on: connection) }
        }
        if endsStream {
            record.isInboundOver = true
            let missing = Status(code: .unknown, message: "The server ended the call without a grpc-status.")
            stream.deliverStatus(block.status ?? missing, block.metadata)
        } else if !record.hasMetadata {
            record.hasMetadata = true
            stream.deliver(.metadata(block.metadata))
        }
    }

    /// Why a response isn't one of gRPC; nil if it is.
    private static func reject(_ block: HeaderBlock) -> RPCError? {
        guard block.httpStatus == 200 || block.hasGRPCStatus else {
            let status = block.httpStatus ?? 0
            return RPCError(
                code: RPCError.Code(httpStatus: status), message: "The server answered with HTTP status \(status).")
        }
        if !block.hasGRPCContentType, !block.hasGRPCStatus {
            return RPCError(code: .unknown, message: "The server's answer is not gRPC: its content-type is another.")
        }
        if let encoding = block.encoding {
            return RPCError(
                code: .unimplemented,
                message: "The server compresses with '\(encoding)'; only the identity encoding is supported.")
        }
        return nil
    }

    func inboundEnded(_ record: StreamRecord, on connection: HTTP2Connection) {
        guard !record.isInboundOver else { return }
        refuse(
            record, RPCError(code: .unknown, message: "The server ended the call without a grpc-status."),
            on: connection)
    }

    func refuse(_ record: StreamRecord, _ error: RPCError, on connection: HTTP2Connection) {
        record.isInboundOver = true
        record.stream?.reset(error, http2ErrorCode: NGHTTP2_CANCEL.rawValue)
    }

    func outboundEnded(streamID: Int32, on connection: HTTP2Connection) {}
    func readBurstEnded(on connection: HTTP2Connection) {}

    // MARK: Endings

    func streamClosed(_ stream: CallStream) {}

    func goAwayReceived(on connection: HTTP2Connection) {
        self.connection.report(.goAway)
    }

    func closed(_ error: RPCError, on connection: HTTP2Connection) {
        self.connection.report(.closed(error))
    }
}
