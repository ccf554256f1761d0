/// A worker's call: what happened in many of its runs.
package struct AdvanceRequest: Sendable, Equatable {
    package var workerID: String
    package var reports: [RunReport]

    package init(workerID: String, reports: [RunReport]) {
        self.workerID = workerID
        self.reports = reports
    }
}

// The message `aether.v1.AdvanceRequest`, written and read without generated types: every durable step goes through here,
// and an object for each message on the way costs more than all else that is done with it.

extension AdvanceRequest {
    package func encoded() -> [UInt8] {
        let size = reports.reduce(0) { size, report in
            report.records.reduce(size + report.task.utf8.count + 32) { $0 + $1.payloadSize + 64 }
        }
        var writer = WireWriter(reservingCapacity: workerID.utf8.count + 8 + size)
        writer.field(1, text: workerID)
        for report in reports { writer.nested(2) { report.encode(into: &$0) } }
        return writer.bytes
    }

    /// - Throws: ``JournalCodingError`` for bytes that are no such message, and for records that no worker may make or that a
    ///   newer version knows. Never traps.
    package init(encoded bytes: [UInt8]) throws(JournalCodingError) {
        self = try bytes.read { (bytes) throws(JournalCodingError) in try AdvanceRequest(encoded: bytes) }
    }

    /// - Throws: as ``init(encoded:)-([UInt8])``. The bytes are not needed afterwards.
    package init(encoded bytes: UnsafeRawBufferPointer) throws(JournalCodingError) {
        self.init(workerID: "", reports: [])
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): workerID = try reader.text()
            case (2, .lengthDelimited): reports.append(try RunReport(wire: try reader.lengthDelimited()))
            case (_, let type): try reader.skip(type)
            }
        }
    }
}

extension RunReport {
    fileprivate func encode(into writer: inout WireWriter) {
        writer.field(1, text: task)
        writer.field(2, unsigned: firstRecord)
        for record in records { writer.nested(3) { record.encode(into: &$0) } }
        if let currentStep { writer.field(4, element: currentStep) }
        writer.field(5, unsigned: givesBack ? 1 : 0)
        writer.field(6, unsigned: waitingAt ?? 0)
        if let blockage { writer.field(7, message: blockage.wire) }
    }

    fileprivate init(wire: WireBytes) throws(JournalCodingError) {
        self.init(task: "", firstRecord: 0, records: [])
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .lengthDelimited): task = try reader.text()
            case (2, .varint): firstRecord = try reader.varint()
            case (3, .lengthDelimited): records.append(try WorkerRecord(wire: try reader.lengthDelimited()))
            case (4, .lengthDelimited): currentStep = try reader.text()
            case (5, .varint): givesBack = try reader.varint() != 0
            case (6, .varint):
                let place = try reader.varint()
                waitingAt = place > 0 ? place : nil
            case (7, .lengthDelimited): blockage = try Blockage(wire: try reader.lengthDelimited())
            case (_, let type): try reader.skip(type)
            }
        }
    }
}
