/// Writes the Protocol Buffers wire format (https://protobuf.dev/programming-guides/encoding).
///
/// Journal entries are stored as the message `aether.v1.JournalEntry`, so a stored entry can be sent as it is. Fields
/// at their default value are left out, as proto3 asks.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    init(reservingCapacity capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func field(_ number: UInt64, unsigned value: UInt64) {
        guard value != 0 else { return }
        varint(number << 3 | WireType.varint.rawValue)
        varint(value)
    }

    mutating func field(_ number: UInt64, signed value: Int64) {
        field(number, unsigned: UInt64(bitPattern: value))
    }

    mutating func field(_ number: UInt64, fixed value: UInt64) {
        guard value != 0 else { return }
        varint(number << 3 | WireType.fixed64.rawValue)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    mutating func field(_ number: UInt64, text value: String) {
        guard !value.isEmpty else { return }
        varint(number << 3 | WireType.lengthDelimited.rawValue)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// One element of a repeated field: written even when it is empty.
    mutating func field(_ number: UInt64, element value: String) {
        varint(number << 3 | WireType.lengthDelimited.rawValue)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func field(_ number: UInt64, bytes value: [UInt8]) {
        guard !value.isEmpty else { return }
        varint(number << 3 | WireType.lengthDelimited.rawValue)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// A number of a field that says something by being there.
    mutating func field(_ number: UInt64, present value: UInt64) {
        varint(number << 3 | WireType.varint.rawValue)
        varint(value)
    }

    /// An embedded message, or packed numbers, written in place.
    mutating func nested(_ number: UInt64, _ write: (inout WireWriter) -> Void) {
        varint(number << 3 | WireType.lengthDelimited.rawValue)
        // Its length comes first, and is known last: most need one byte for it.
        let place = bytes.count
        bytes.append(0)
        write(&self)
        let length = bytes.count - place - 1
        guard length > 0x7f else {
            bytes[place] = UInt8(length)
            return
        }
        var prefix = WireWriter(reservingCapacity: 10)
        prefix.varint(UInt64(length))
        bytes.replaceSubrange(place...place, with: prefix.bytes)
    }

    /// An embedded message: written even when it is empty, because its presence says something.
    mutating func field(_ number: UInt64, message value: WireWriter) {
        varint(number << 3 | WireType.lengthDelimited.rawValue)
        varint(UInt64(value.bytes.count))
        bytes.append(contentsOf: value.bytes)
    }
}

enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
}
