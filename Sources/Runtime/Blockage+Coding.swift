extension Blockage {
    var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: expected.utf8.count + 64)
        writer.field(1, unsigned: sequence)
        writer.field(2, text: expected)
        for key in found { writer.field(3, text: key) }
        return writer
    }

    init(wire: WireBytes) throws(JournalCodingError) {
        self.init(sequence: 0, expected: "", found: [])
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .varint): sequence = try reader.varint()
            case (2, .lengthDelimited): expected = try reader.text()
            case (3, .lengthDelimited): found.append(try reader.text())
            case (_, let type): try reader.skip(type)
            }
        }
    }
}
