/// A part of a message, whose owner holds it while it is read.
typealias WireBytes = UnsafeRawBufferPointer

extension [UInt8] {
    /// Holds the bytes of a message while it is read.
    func read<Message>(
        _ read: (WireBytes) throws(JournalCodingError) -> Message
    ) throws(JournalCodingError) -> Message {
        try withUnsafeBufferPointer { (bytes) throws(JournalCodingError) in try read(WireBytes(bytes)) }
    }
}

/// Reads the Protocol Buffers wire format; whatever the bytes are, it ends with a value or an error, never a trap.
///
/// It reads from memory that its caller holds, and is gone before that: slices of an array, one for every field, cost more
/// than all else that is done with a message. Every access is checked against the end, in release builds too.
struct WireReader {
    private let bytes: WireBytes
    private var position: Int

    init(_ bytes: WireBytes) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    private func byte(at position: Int) -> UInt8 {
        precondition(position >= 0 && position < bytes.count, "a message is read behind its end")
        return bytes[position]
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func varint() throws(JournalCodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.endIndex {
            let byte = byte(at: position)
            position += 1
            guard shift < 63 || byte <= 1 else { throw .malformed("a varint is longer than 64 bits") }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .malformed("the entry ends within a number")
    }

    /// A number that counts something: what is one more is a number too.
    mutating func counter() throws(JournalCodingError) -> UInt64 {
        let value = try varint()
        guard value <= UInt64(Int64.max) else { throw .malformed("nothing is counted as far as \(value)") }
        return value
    }

    mutating func fixed64() throws(JournalCodingError) -> UInt64 {
        guard bytes.endIndex - position >= 8 else { throw .malformed("the entry ends within a number") }
        var value: UInt64 = 0
        for offset in 0..<8 {
            value |= UInt64(byte(at: position + offset)) << UInt64(offset * 8)
        }
        position += 8
        return value
    }

    mutating func lengthDelimited() throws(JournalCodingError) -> WireBytes {
        let length = try varint()
        guard length <= UInt64(bytes.endIndex - position) else { throw .malformed("a field is longer than the entry") }
        defer { position += Int(length) }
        return WireBytes(rebasing: bytes[position..<position + Int(length)])
    }

    mutating func text() throws(JournalCodingError) -> String {
        guard let text = String(utf8: try lengthDelimited()) else {
            throw .malformed("a text is not UTF-8")
        }
        return text
    }

    /// The number and type of the next field.
    mutating func tag() throws(JournalCodingError) -> (field: UInt64, type: WireType) {
        let tag = try varint()
        guard let type = WireType(rawValue: tag & 7), tag >> 3 > 0 else { throw .malformed("an unknown wire type") }
        return (tag >> 3, type)
    }

    /// Passes over a field that a newer version wrote.
    mutating func skip(_ type: WireType) throws(JournalCodingError) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .lengthDelimited: _ = try lengthDelimited()
        case .fixed32:
            guard bytes.endIndex - position >= 4 else { throw .malformed("the entry ends within a number") }
            position += 4
        }
    }
}
