extension Failure {
    var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: message.utf8.count + 32)
        writer.field(1, text: message)
        writer.field(2, text: type)
        writer.field(3, text: step)
        writer.field(4, unsigned: isNonRetryable ? 1 : 0)
        return writer
    }

    init(wire: WireBytes) throws(JournalCodingError) {
        self.init(message: "")
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): message = try reader.text()
            case (2, .lengthDelimited): type = try reader.text()
            case (3, .lengthDelimited): step = try reader.text()
            case (4, .varint): isNonRetryable = try reader.varint() != 0
            case (_, let type): try reader.skip(type)
            }
        }
    }
}
