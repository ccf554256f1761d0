import GRPCCore

/// Messages that are their own bytes.
struct BytesSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
}

struct BytesDeserializer: MessageDeserializer {
    func deserialize<Bytes: GRPCContiguousBytes>(_ serializedMessageBytes: Bytes) throws -> [UInt8] {
        serializedMessageBytes.withUnsafeBytes { Array($0) }
    }
}

extension MethodDescriptor {
    static func test(_ method: String, _ type: RPCType? = nil) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: "test.Service", method: method, type: type)
    }

    static let unary = test("Unary", .unary)
    static let collect = test("Collect", .clientStreaming)
    static let expand = test("Expand", .serverStreaming)
    static let bidirectional = test("Bidirectional", .bidirectionalStreaming)
}
