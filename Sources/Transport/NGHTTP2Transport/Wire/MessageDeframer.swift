/// Cuts the bytes of a stream into gRPC messages: a flag, a length of four bytes, the message.
///
/// A message wholly inside the bytes at hand is copied once, into storage of its size. One that comes in pieces grows
/// with what has come, never by what its length claims.
struct MessageDeframer {
    /// Why the bytes aren't messages this transport takes.
    enum Failure: Error {
        /// The message is flagged as compressed, or as what no version of gRPC knows.
        case compressed
        /// The message is longer than the limit.
        case tooLarge(bytes: Int)
    }

    static let prefixLength = 5

    private var prefix: UInt64 = 0
    private var prefixCount = 0
    private var expected = 0
    private var partial: [UInt8] = []

    /// What has come of a message whose rest is still to come, in bytes.
    var partialBytes: Int { partial.count }

    /// Drops what has come of such a message. No more is to be read then.
    mutating func discard() { partial = [] }

    /// Whether the stream could end here.
    var isAtBoundary: Bool { prefixCount == 0 }

    /// The next message, if `bytes` holds the rest of it; `bytes` is moved past what was used.
    ///
    /// - Parameters:
    ///   - bytes: What arrived; empty afterwards if nil is returned.
    ///   - limit: How many bytes a message may have.
    /// - Returns: The message; nil if the rest of it is still to come.
    /// - Throws: ``Failure`` if the bytes aren't a message this transport takes.
    mutating func next(
        from bytes: inout UnsafeRawBufferPointer, limit: Int
    ) throws(Failure) -> NGHTTP2MessageBytes? {
        while prefixCount < Self.prefixLength {
            guard let byte = bytes.first else { return nil }
            prefix = prefix << 8 | UInt64(byte)
            prefixCount += 1
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
            if prefixCount == Self.prefixLength { try readPrefix(limit: limit) }
        }
        let missing = expected - partial.count
        if bytes.count < missing {
            partial.append(contentsOf: bytes)
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return nil
        }
        let end = UnsafeRawBufferPointer(rebasing: bytes[..<missing])
        bytes = UnsafeRawBufferPointer(rebasing: bytes[missing...])
        prefixCount = 0
        prefix = 0
        if partial.isEmpty { return NGHTTP2MessageBytes(copying: end) }
        partial.append(contentsOf: end)
        defer { partial = [] }
        return NGHTTP2MessageBytes(partial)
    }

    private mutating func readPrefix(limit: Int) throws(Failure) {
        expected = Int(prefix & 0xFFFF_FFFF)
        if prefix >> 32 != 0 { throw .compressed }
        if expected > limit { throw .tooLarge(bytes: expected) }
    }
}
