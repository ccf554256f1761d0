extension JournalEntry {
    /// The entry as the protobuf message `aether.v1.JournalEntry`: the form in which it is stored and sent.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 48 + event.estimatedSize)
        writer.field(1, unsigned: sequence)
        writer.field(2, unsigned: UInt64(event.kind.rawValue))
        writer.field(3, signed: time.rawValue)
        writer.field(4, unsigned: record)
        event.encode(into: &writer)
        return writer.bytes
    }

    /// Reads what ``encoded()`` wrote. Fields that a newer version added are passed over.
    ///
    /// - Throws: ``JournalCodingError`` when the bytes are no entry or of an unknown kind. Never traps.
    public init(encoded bytes: some Collection<UInt8>) throws(JournalCodingError) {
        var fields = EntryFields()
        try fields.read(WireReader(ArraySlice(bytes)))
        guard fields.sequence > 0 else { throw .malformed("it has no sequence") }
        self.init(
            sequence: fields.sequence,
            time: Timestamp(rawValue: fields.time),
            record: fields.record,
            event: try fields.event()
        )
    }
}

extension JournalEvent {
    fileprivate var estimatedSize: Int {
        switch self {
        case .started(let start): start.type.utf8.count + start.input.count
        case .stepCompleted(let key, let result): key.rawValue.utf8.count + result.count
        case .stepFailed(let key, let failure): key.rawValue.utf8.count + failure.message.utf8.count + 64
        case .closed(.completed(let result)): result.count
        case .closed(.failed(let failure)): failure.message.utf8.count + 64
        case .assigned(let worker, _): worker.id.utf8.count
        case .closed(.cancelled), .released, .cancelRequested: 0
        }
    }

    fileprivate func encode(into writer: inout WireWriter) {
        switch self {
        case .started(let start):
            writer.field(6, bytes: start.input)
            writer.field(13, text: start.type)
            writer.field(14, unsigned: UInt64(start.tier.rawValue) + 1)
            writer.field(15, fixed: start.seed)
        case .assigned(let worker, let epoch):
            writer.field(9, text: worker.id)
            writer.field(10, unsigned: epoch)
            writer.field(11, unsigned: worker.isPlain ? 1 : 0)
        case .released(let epoch, let reason):
            writer.field(10, unsigned: epoch)
            writer.field(12, unsigned: UInt64(reason.rawValue))
        case .stepCompleted(let key, let result):
            writer.field(5, text: key.rawValue)
            writer.field(6, bytes: result)
        case .stepFailed(let key, let failure):
            writer.field(5, text: key.rawValue)
            writer.field(7, message: failure.wire)
        case .cancelRequested:
            break
        case .closed(let outcome):
            writer.field(8, unsigned: UInt64(outcome.state.rawValue))
            switch outcome {
            case .completed(let result): writer.field(6, bytes: result)
            case .failed(let failure): writer.field(7, message: failure.wire)
            case .cancelled: break
            }
        }
    }
}

extension Failure {
    fileprivate var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: message.utf8.count + 32)
        writer.field(1, text: message)
        writer.field(2, text: type)
        writer.field(3, text: step)
        writer.field(4, unsigned: isNonRetryable ? 1 : 0)
        return writer
    }

    fileprivate init(wire: ArraySlice<UInt8>) throws(JournalCodingError) {
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

/// The fields of the message, before it is known which kind of entry they make.
private struct EntryFields {
    var sequence: UInt64 = 0
    var kind: UInt64 = 0
    var time: Int64 = 0
    var record: UInt64 = 0
    var key = ""
    var payload: [UInt8] = []
    var failure = Failure(message: "")
    var state: UInt64 = 0
    var workerID = ""
    var epoch: UInt64 = 0
    var isPlainWorker = false
    var reason: UInt64 = 0
    var workflowType = ""
    var tier: UInt64 = 0
    var seed: UInt64 = 0

    mutating func read(_ source: WireReader) throws(JournalCodingError) {
        var reader = source
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .varint): sequence = try reader.varint()
            case (2, .varint): kind = try reader.varint()
            case (3, .varint): time = Int64(bitPattern: try reader.varint())
            case (4, .varint): record = try reader.varint()
            case (5, .lengthDelimited): key = try reader.text()
            case (6, .lengthDelimited): payload = Array(try reader.lengthDelimited())
            case (7, .lengthDelimited): failure = try Failure(wire: try reader.lengthDelimited())
            case (8, .varint): state = try reader.varint()
            case (9, .lengthDelimited): workerID = try reader.text()
            case (10, .varint): epoch = try reader.varint()
            case (11, .varint): isPlainWorker = try reader.varint() != 0
            case (12, .varint): reason = try reader.varint()
            case (13, .lengthDelimited): workflowType = try reader.text()
            case (14, .varint): tier = try reader.varint()
            case (15, .fixed64): seed = try reader.fixed64()
            case (_, let type): try reader.skip(type)
            }
        }
    }

    func event() throws(JournalCodingError) -> JournalEvent {
        guard let known = UInt8(exactly: kind).flatMap(EntryKind.init(rawValue:)) else { throw .unknownKind(kind) }
        switch known {
        case .started:
            guard tier > 0, let raw = UInt8(exactly: tier - 1), let tier = PersistenceTier(rawValue: raw) else {
                throw .malformed("unknown tier \(tier)")
            }
            return .started(WorkflowStart(type: workflowType, input: payload, tier: tier, seed: seed))
        case .assigned:
            return .assigned(worker: WorkerIdentity(id: workerID, isPlain: isPlainWorker), epoch: epoch)
        case .released:
            guard let raw = UInt8(exactly: reason), let reason = LeaseEnd(rawValue: raw) else {
                throw .malformed("unknown reason \(reason)")
            }
            return .released(epoch: epoch, reason: reason)
        case .stepCompleted:
            return .stepCompleted(key: OperationKey(rawValue: key), result: payload)
        case .stepFailed:
            return .stepFailed(key: OperationKey(rawValue: key), failure: failure)
        case .cancelRequested:
            return .cancelRequested
        case .closed:
            return .closed(try outcome())
        }
    }

    private func outcome() throws(JournalCodingError) -> WorkflowOutcome {
        switch UInt8(exactly: state).flatMap(WorkflowState.init(rawValue:)) {
        case .completed: return .completed(payload)
        case .failed: return .failed(failure)
        case .cancelled: return .cancelled
        case .pending, .running, nil: throw .malformed("state \(state) closes no workflow")
        }
    }
}
