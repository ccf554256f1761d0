/// A frame as a test writes or reads it by hand.
struct HTTP2Frame: Sendable {
    var type: UInt8
    var flags: UInt8 = 0
    var streamID: UInt32 = 0
    var payload: [UInt8] = []

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = HTTP2Frame(type: 4)
    /// What a client begins with. The server's settings count once they are acknowledged.
    static let greeting = preface + settings.bytes + HTTP2Frame(type: 4, flags: 1).bytes

    var bytes: [UInt8] {
        let length = payload.count
        return [
            UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags,
            UInt8(streamID >> 24 & 0x7F), UInt8(streamID >> 16 & 0xFF), UInt8(streamID >> 8 & 0xFF),
            UInt8(streamID & 0xFF),
        ] + payload
    }

    /// The request headers of a gRPC call, each field as a literal that isn't indexed.
    static func headers(
        streamID: UInt32, path: String = "/test.Service/Unary", extra: [(String, String)] = [], endStream: Bool = false,
        method: String = "POST", contentType: String = "application/grpc"
    ) -> HTTP2Frame {
        let fields =
            [
                (":method", method), (":scheme", "http"), (":path", path), (":authority", "test"),
                ("content-type", contentType), ("te", "trailers"),
            ] + extra
        var block: [UInt8] = []
        for (name, value) in fields {
            block += [0, UInt8(name.utf8.count)] + Array(name.utf8)
            precondition(value.utf8.count < 127)
            block += [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        return HTTP2Frame(type: 1, flags: 0x4 | (endStream ? 0x1 : 0), streamID: streamID, payload: block)
    }

    /// Of a GOAWAY.
    var errorCode: UInt32 { payload.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }

    static func reset(streamID: UInt32) -> HTTP2Frame {
        HTTP2Frame(type: 3, streamID: streamID, payload: [0, 0, 0, 8])
    }
}

extension HTTP2Frame {
    /// The first frame in the buffer, if it is complete.
    init?(removingFrom buffer: inout [UInt8]) {
        guard buffer.count >= 9 else { return nil }
        let length = Int(buffer[0]) << 16 | Int(buffer[1]) << 8 | Int(buffer[2])
        guard buffer.count >= 9 + length else { return nil }
        type = buffer[3]
        flags = buffer[4]
        streamID = buffer[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(buffer[9..<(9 + length)])
        buffer.removeFirst(9 + length)
    }

    static func all(in bytes: [UInt8]) -> [HTTP2Frame] {
        var rest = bytes
        var frames: [HTTP2Frame] = []
        while let frame = HTTP2Frame(removingFrom: &rest) { frames.append(frame) }
        return frames
    }
}
