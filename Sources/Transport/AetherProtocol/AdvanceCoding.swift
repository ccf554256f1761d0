package import AetherRuntime
package import GRPCCore

/// Writes and reads the messages of `WorkerService.Advance`, on either side of the wire.
package enum AdvanceCoding {
    private static func read<Message>(
        _ bytes: some GRPCContiguousBytes, _ read: ([UInt8]) throws(JournalCodingError) -> Message
    ) throws(RPCError) -> Message {
        do throws(JournalCodingError) {
            return try read(bytes.withUnsafeBytes { Array($0) })
        } catch {
            let reason =
                switch error {
                case .malformed(let detail): detail
                case .unknownKind(let kind): "it has a record of kind \(kind), which this version does not know"
                }
            throw RPCError(code: .invalidArgument, message: "a message of Advance can't be read: \(reason)")
        }
    }
}

extension AdvanceCoding {
    package struct Request: MessageSerializer, MessageDeserializer {
        package init() {}

        package func serialize<Bytes: GRPCContiguousBytes>(_ message: AdvanceRequest) throws -> Bytes {
            Bytes(message.encoded())
        }

        package func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> AdvanceRequest {
            try AdvanceCoding.read(bytes) { (bytes) throws(JournalCodingError) in try AdvanceRequest(encoded: bytes) }
        }
    }

    package struct Response: MessageSerializer, MessageDeserializer {
        package init() {}

        package func serialize<Bytes: GRPCContiguousBytes>(_ message: AdvanceResponse) throws -> Bytes {
            Bytes(message.encoded())
        }

        package func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> AdvanceResponse {
            try AdvanceCoding.read(bytes) { (bytes) throws(JournalCodingError) in try AdvanceResponse(encoded: bytes) }
        }
    }
}
