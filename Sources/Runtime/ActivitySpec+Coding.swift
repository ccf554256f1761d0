extension ActivitySpec {
    /// The message `aether.v1.ActivityOptions`: all but the name and the input, which are the entry's own fields.
    var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: 48)
        writer.field(1, text: service)
        writer.field(2, message: retry.wire)
        writer.field(3, signed: startToCloseMilliseconds)
        writer.field(4, signed: scheduleToCloseMilliseconds)
        writer.field(5, signed: heartbeatMilliseconds)
        writer.field(6, unsigned: UInt64(cancellation.rawValue))
        return writer
    }

    /// Takes over the fields of the message.
    mutating func read(_ wire: WireBytes) throws(JournalCodingError) {
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): service = try reader.text()
            case (2, .lengthDelimited): retry = try RetryPolicy(wire: try reader.lengthDelimited())
            case (3, .varint): startToCloseMilliseconds = Int64(bitPattern: try reader.varint())
            case (4, .varint): scheduleToCloseMilliseconds = Int64(bitPattern: try reader.varint())
            case (5, .varint): heartbeatMilliseconds = Int64(bitPattern: try reader.varint())
            case (6, .varint):
                let raw = try reader.varint()
                guard let known = UInt8(exactly: raw).flatMap(ActivityCancellation.init(rawValue:)) else {
                    throw .malformed("unknown cancellation \(raw)")
                }
                cancellation = known
            case (_, let type): try reader.skip(type)
            }
        }
    }
}

extension RetryPolicy {
    fileprivate var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: 40)
        writer.field(1, signed: initialMilliseconds)
        writer.field(2, fixed: factor.bitPattern)
        writer.field(3, signed: maximumMilliseconds)
        writer.field(4, unsigned: UInt64(attempts))
        writer.field(5, fixed: jitter.bitPattern)
        for type in nonRetryableTypes { writer.field(6, element: type) }
        return writer
    }

    fileprivate init(wire: WireBytes) throws(JournalCodingError) {
        self.init(initialMilliseconds: 0, factor: 0, maximumMilliseconds: 0, attempts: 0)
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .varint): initialMilliseconds = Int64(bitPattern: try reader.varint())
            case (2, .fixed64): factor = Double(bitPattern: try reader.fixed64())
            case (3, .varint): maximumMilliseconds = Int64(bitPattern: try reader.varint())
            case (4, .varint): attempts = UInt32(clamping: try reader.varint())
            case (5, .fixed64): jitter = Double(bitPattern: try reader.fixed64())
            case (6, .lengthDelimited): nonRetryableTypes.append(try reader.text())
            case (_, let type): try reader.skip(type)
            }
        }
    }
}
