/// The answer to a worker's call: one acknowledgement for each report, in their order.
package struct AdvanceResponse: Sendable, Equatable {
    package struct Answer: Sendable, Equatable {
        package var task: String
        package var acknowledgement: RunAcknowledgement

        package init(task: String, _ acknowledgement: RunAcknowledgement) {
            self.task = task
            self.acknowledgement = acknowledgement
        }
    }

    package var answers: [Answer]

    package init(answers: [Answer]) {
        self.answers = answers
    }
}

// The message `aether.v1.AdvanceResponse`.

extension AdvanceResponse {
    package func encoded() -> [UInt8] {
        var writer = WireWriter(reservingCapacity: answers.count * 96)
        for answer in answers { writer.nested(1) { answer.encode(into: &$0) } }
        return writer.bytes
    }

    /// - Throws: ``JournalCodingError`` for bytes that are no such message. Never traps.
    package init(encoded bytes: [UInt8]) throws(JournalCodingError) {
        self = try bytes.read { (bytes) throws(JournalCodingError) in try AdvanceResponse(encoded: bytes) }
    }

    /// - Throws: as ``init(encoded:)-([UInt8])``. The bytes are not needed afterwards.
    package init(encoded bytes: UnsafeRawBufferPointer) throws(JournalCodingError) {
        self.init(answers: [])
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): answers.append(try Answer(wire: try reader.lengthDelimited()))
            case (_, let type): try reader.skip(type)
            }
        }
    }
}

extension AdvanceResponse.Answer {
    private enum Status: UInt64 {
        case applied = 0
        case stale = 1
        case closed = 2
        case gap = 3
        case refused = 4
        case later = 5
    }

    fileprivate func encode(into writer: inout WireWriter) {
        writer.field(1, text: task)
        let (status, message): (Status, String)
        switch acknowledgement {
        case .applied(let places): return encode(places, into: &writer)
        case .stale(let text): (status, message) = (.stale, text)
        case .closed(let text): (status, message) = (.closed, text)
        case .gap(let text): (status, message) = (.gap, text)
        case .refused(let text): (status, message) = (.refused, text)
        case .later(let text): (status, message) = (.later, text)
        }
        writer.field(2, unsigned: status.rawValue)
        writer.field(4, text: message)
    }

    private func encode(_ places: [RecordPlace], into writer: inout WireWriter) {
        guard let first = places.first else { return }
        writer.nested(3) { writer in
            for place in places { writer.varint(place.sequence) }
        }
        let isOneTime = places.allSatisfy { $0.time == first.time }
        writer.nested(5) { writer in
            for place in isOneTime ? places.prefix(1) : places[...] {
                writer.varint(UInt64(bitPattern: place.time.rawValue))
            }
        }
    }

    fileprivate init(wire: WireBytes) throws(JournalCodingError) {
        var (task, message) = ("", "")
        var status: UInt64 = 0
        var sequences: [UInt64] = []
        var times: [UInt64] = []
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): task = try reader.text()
            case (2, .varint): status = try reader.varint()
            // Repeated numbers may come packed or one by one (https://protobuf.dev/programming-guides/encoding/#packed).
            case (3, .lengthDelimited): sequences += try Self.numbers(try reader.lengthDelimited())
            case (3, .varint): sequences.append(try reader.varint())
            case (4, .lengthDelimited): message = try reader.text()
            case (5, .lengthDelimited): times += try Self.numbers(try reader.lengthDelimited())
            case (5, .varint): times.append(try reader.varint())
            case (_, let type): try reader.skip(type)
            }
        }
        switch Status(rawValue: status) {
        case .applied:
            let places = sequences.enumerated().map { index, sequence in
                let time = index < times.count ? times[index] : times.last ?? 0
                return RecordPlace(sequence: sequence, time: Timestamp(rawValue: Int64(bitPattern: time)))
            }
            self.init(task: task, .applied(places))
        case .stale: self.init(task: task, .stale(message))
        case .closed: self.init(task: task, .closed(message))
        case .gap: self.init(task: task, .gap(message))
        case .later: self.init(task: task, .later(message))
        // A status that a newer server has is a refusal too.
        case .refused, nil: self.init(task: task, .refused(message))
        }
    }

    private static func numbers(_ packed: WireBytes) throws(JournalCodingError) -> [UInt64] {
        var reader = WireReader(packed)
        var numbers: [UInt64] = []
        while !reader.isAtEnd { numbers.append(try reader.varint()) }
        return numbers
    }
}
