package import AetherRuntime
package import GRPCCore

/// Reads the messages of `WorkerService.Advance`, on either side of the wire.
package enum AdvanceCoding {
    /// - Throws: `RPCError` `invalidArgument` for bytes that are no such message.
    package static func request(_ bytes: some GRPCContiguousBytes) throws(RPCError) -> AdvanceRequest {
        try read(bytes) { (bytes) throws(JournalCodingError) in try AdvanceRequest(encoded: bytes) }
    }

    /// - Throws: `RPCError` `invalidArgument` for bytes that are no such message.
    package static func response(_ bytes: some GRPCContiguousBytes) throws(RPCError) -> AdvanceResponse {
        try read(bytes) { (bytes) throws(JournalCodingError) in try AdvanceResponse(encoded: bytes) }
    }

    private static func read<Message>(
        _ bytes: some GRPCContiguousBytes,
        _ read: (UnsafeRawBufferPointer) throws(JournalCodingError) -> Message
    ) throws(RPCError) -> Message {
        let message = bytes.withUnsafeBytes { bytes in
            Result { () throws(JournalCodingError) in try read(bytes) }
        }
        switch message {
        case .success(let message): return message
        case .failure(.malformed(let detail)): throw unreadable(detail)
        case .failure(.unknownKind(let kind)):
            throw unreadable("it has a record of kind \(kind), which this version does not know")
        }
    }

    private static func unreadable(_ reason: String) -> RPCError {
        RPCError(code: .invalidArgument, message: "a message of Advance can't be read: \(reason)")
    }
}
