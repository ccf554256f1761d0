/// What clients send, for `Connection`.
enum ConnectionSeeds {
    private typealias Fields = KeyValuePairs<String, String>

    private static let message = grpc(Array("hello".utf8))
    private static let ping = frame(6, 0, 0, Array("pingpong".utf8))

    static func all() -> [[UInt8]] {
        // How it is sent: whole, in pieces of 9 bytes, by a client that does not read, to a server that shuts down.
        let sent = [0x2f, 0x25, 0x3f, 0x6c].flatMap { (options: UInt8) -> [[UInt8]] in
            (calls + frames + floods).map { [options] + Array($0.joined()) }
        }
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        let raw: [[UInt8]] = [
            preface + frame(4, 0, 0, []) + call("S"), Array("GET / HTTP/1.1\r\n\r\n".utf8), [21, 3, 1],
        ]
        return sent + raw.map { [0x0f] + $0 }
    }

    private static let calls: [[[UInt8]]] = [
        [call("S"), frame(0, 1, 1, message + message)],
        [call("U"), frame(0, 1, 1, message)],
        [call("U"), frame(0, 0, 1, [0, 0, 0]), frame(0, 0, 1, [0, 5, 1, 2]), frame(0, 1, 1, [3, 4, 5])],
        [call("X"), frame(0, 1, 1, message)],
        [call("Z"), frame(0, 1, 1, [])],
        [call("U", flags: 5)],
        [call("S", more: ["grpc-timeout": "1S", "key-bin": "aGk=", "key": "value", "grpc-encoding": "gzip"])],
        [call("S", more: ["grpc-timeout": "10m", "grpc-message": "%41%", "k-bin": "aGk,*"]), frame(0, 0, 1, message)],
        [call("S"), frame(0, 0, 1, message), call("S", stream: 3), frame(3, 0, 1, [0, 0, 0, 8])],
        [call("S"), frame(0, 0, 1, [1, 0, 0, 0, 1, 2])],
        [call("S"), frame(0, 0, 1, [0, 255, 255, 255, 255])],
        [call("S"), frame(0, 1, 1, [0, 0])],
        [call("S", flags: 0), frame(9, 4, 1, []), frame(0, 9, 1, [2] + message + [0, 0])],
    ]

    private static let frames: [[[UInt8]]] = [
        [call("S"), frame(8, 0, 1, [0, 0, 1, 0]), frame(8, 0, 0, [0, 0, 1, 0])],
        [frame(4, 0, 0, [0, 4, 0, 0, 0, 1]), call("S"), frame(0, 1, 1, message), frame(8, 0, 1, [0, 0, 0, 99])],
        [ping], [frame(4, 1, 0, [])], [frame(4, 0, 0, [0, 4, 0, 0, 0, 9])],
        [frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0])], [frame(2, 0, 1, [0, 0, 0, 0, 9])], [frame(99, 0, 0, [1])],
    ]

    /// More than is put up with.
    private static let floods: [[[UInt8]]] = [
        (0..<9).flatMap { [call("S", stream: 2 * $0 + 1), frame(3, 0, 2 * $0 + 1, [0, 0, 0, 8])] },
        (0..<12).map { call("U", stream: 2 * $0 + 1, flags: 5) },
        Array(repeating: ping, count: 14),
        [call("S", flags: 0)] + Array(repeating: frame(9, 0, 1, []), count: 5),
    ]

    /// A header block whose fields are written out (RFC 7541 §6.2.2).
    private static func call(_ method: String, stream: UInt8 = 1, flags: UInt8 = 4, more: Fields = [:]) -> [UInt8] {
        let fields: Fields = [
            ":method": "POST", ":scheme": "http", ":path": "/f.E/\(method)", "te": "trailers",
            "content-type": "application/grpc",
        ]
        var block: [UInt8] = []
        for (name, value) in Array(fields) + Array(more) {
            block.append(0)
            for text in [name, value] { block += [UInt8(text.utf8.count)] + Array(text.utf8) }
        }
        return frame(1, flags, stream, block)
    }

    private static func grpc(_ message: [UInt8]) -> [UInt8] { [0, 0, 0, 0, UInt8(message.count)] + message }

    /// A frame of HTTP/2 (RFC 9113 §4.1).
    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [0, UInt8(length >> 8), UInt8(length & 0xff), type, flags, 0, 0, 0, stream] + payload
    }
}
