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
        case .childStarted(let key, let child):
            key.rawValue.utf8.count + child.id.rawValue.utf8.count + child.type.utf8.count + child.input.count
        case .activityScheduled(let key, let activity):
            key.rawValue.utf8.count + activity.name.utf8.count + activity.input.count + 48
        case .activityCompleted(let key, _, let result): key.rawValue.utf8.count + result.count
        case .signalReceived(let signal): signal.id.utf8.count + signal.name.utf8.count + signal.payload.count
        case .valueSet(let key, let name, let value): key.rawValue.utf8.count + name.utf8.count + value.count
        case .stepAttemptFailed, .timerStarted, .timerFired, .childClosed, .activityStarted, .activityAttemptFailed,
            .activityFailed, .signalAwaited, .signalConsumed, .operationCancelled:
            64
        case .blocked(_, let blockage): blockage.expected.utf8.count + 256
        case .versionSet(let key, let change, _): key.rawValue.utf8.count + change.utf8.count
        case .closed(.cancelled), .released, .cancelRequested, .terminated: 0
        }
    }

    fileprivate func encode(into writer: inout WireWriter) {
        switch self {
        case .started(let start):
            writer.field(6, bytes: start.input)
            writer.field(13, text: start.type)
            writer.field(14, unsigned: UInt64(start.tier.rawValue) + 1)
            writer.field(15, fixed: start.seed)
            if let parent = start.parent {
                writer.field(20, unsigned: UInt64(parent.closePolicy.rawValue))
                writer.field(24, text: parent.workflow.rawValue)
                writer.field(25, text: parent.key.rawValue)
                writer.field(26, fixed: parent.seed)
            }
            if let continuation = start.continuation {
                writer.field(10, unsigned: continuation.epoch)
                writer.field(29, unsigned: continuation.count)
                writer.field(30, bytes: continuation.firstInput)
            }
        case .assigned(let worker, let epoch):
            writer.field(9, text: worker.id)
            writer.field(10, unsigned: epoch)
            writer.field(11, unsigned: worker.isPlain ? 1 : 0)
        case .released(let epoch, let reason):
            writer.field(10, unsigned: epoch)
            writer.field(12, unsigned: UInt64(reason.rawValue))
        case .blocked(let epoch, let blockage):
            writer.field(10, unsigned: epoch)
            writer.field(27, message: blockage.wire)
        case .stepCompleted(let key, let result):
            writer.field(5, text: key.rawValue)
            writer.field(6, bytes: result)
        case .stepFailed(let key, let failure):
            writer.field(5, text: key.rawValue)
            writer.field(7, message: failure.wire)
        case .cancelRequested, .terminated:
            break
        case .closed(let outcome):
            outcome.encode(into: &writer)
        case .signalReceived(let signal):
            writer.field(6, bytes: signal.payload)
            writer.field(18, text: signal.name)
            writer.field(22, text: signal.id)
        default:
            if let key { writer.field(5, text: key.rawValue) }
            encodeOperation(into: &writer)
        }
    }

    /// The fields of an operation's events behind its key.
    private func encodeOperation(into writer: inout WireWriter) {
        switch self {
        case .stepAttemptFailed(_, let attempt, let failure, let retryAt):
            writer.field(7, message: failure.wire)
            writer.field(16, unsigned: UInt64(attempt))
            writer.field(17, signed: retryAt.rawValue)
        case .timerStarted(_, let fireAt):
            writer.field(17, signed: fireAt.rawValue)
        case .childStarted(_, let child):
            writer.field(6, bytes: child.input)
            writer.field(13, text: child.type)
            writer.field(14, unsigned: child.tier.map { UInt64($0.rawValue) + 1 } ?? 0)
            writer.field(19, text: child.id.rawValue)
            writer.field(20, unsigned: UInt64(child.closePolicy.rawValue))
        case .childClosed(_, let outcome):
            outcome.encode(into: &writer)
        case .activityScheduled(_, let activity):
            writer.field(6, bytes: activity.input)
            writer.field(18, text: activity.name)
            writer.field(21, message: activity.wire)
        case .activityStarted(_, let attempt, let worker):
            writer.field(9, text: worker)
            writer.field(16, unsigned: UInt64(attempt))
        case .activityAttemptFailed(_, let attempt, let failure, let details, let retryAt):
            writer.field(6, bytes: details)
            writer.field(7, message: failure.wire)
            writer.field(16, unsigned: UInt64(attempt))
            writer.field(17, signed: retryAt.rawValue)
        case .activityCompleted(_, let attempt, let result):
            writer.field(6, bytes: result)
            writer.field(16, unsigned: UInt64(attempt))
        case .activityFailed(_, let attempt, let failure):
            writer.field(7, message: failure.wire)
            writer.field(16, unsigned: UInt64(attempt))
        case .signalAwaited(_, let name, let deadline):
            writer.field(17, signed: deadline?.rawValue ?? 0)
            writer.field(18, text: name)
        case .signalConsumed(_, let signal):
            writer.field(23, unsigned: signal)
        case .valueSet(_, let name, let value):
            writer.field(6, bytes: value)
            writer.field(18, text: name)
        case .versionSet(_, let change, let version):
            writer.field(18, text: change)
            writer.field(28, unsigned: UInt64(version))
        default:
            break
        }
    }
}

extension WorkflowOutcome {
    fileprivate func encode(into writer: inout WireWriter) {
        writer.field(8, unsigned: UInt64(state.rawValue))
        switch self {
        case .completed(let result): writer.field(6, bytes: result)
        case .failed(let failure): writer.field(7, message: failure.wire)
        case .cancelled: break
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

extension Blockage {
    fileprivate var wire: WireWriter {
        var writer = WireWriter(reservingCapacity: expected.utf8.count + 64)
        writer.field(1, unsigned: sequence)
        writer.field(2, text: expected)
        for key in found { writer.field(3, text: key) }
        return writer
    }

    fileprivate init(wire: ArraySlice<UInt8>) throws(JournalCodingError) {
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
    var attempt: UInt64 = 0
    var dueTime: Int64 = 0
    var name = ""
    var childID = ""
    var closePolicy: UInt64 = 0
    var activity = ActivitySpec(name: "", input: [])
    var signalID = ""
    var signalSequence: UInt64 = 0
    var parentID = ""
    var parentKey = ""
    var parentSeed: UInt64 = 0
    var blockage = Blockage(sequence: 0, expected: "", found: [])
    var version: UInt64 = 0
    var continuedCount: UInt64 = 0
    var firstInput: [UInt8] = []

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
            case (16, .varint): attempt = try reader.varint()
            case (17, .varint): dueTime = Int64(bitPattern: try reader.varint())
            case (18, .lengthDelimited): name = try reader.text()
            case (19, .lengthDelimited): childID = try reader.text()
            case (20, .varint): closePolicy = try reader.varint()
            case (21, .lengthDelimited): try activity.read(try reader.lengthDelimited())
            case (22, .lengthDelimited): signalID = try reader.text()
            case (23, .varint): signalSequence = try reader.varint()
            case (24, .lengthDelimited): parentID = try reader.text()
            case (25, .lengthDelimited): parentKey = try reader.text()
            case (26, .fixed64): parentSeed = try reader.fixed64()
            case (27, .lengthDelimited): blockage = try Blockage(wire: try reader.lengthDelimited())
            case (28, .varint): version = try reader.varint()
            case (29, .varint): continuedCount = try reader.varint()
            case (30, .lengthDelimited): firstInput = Array(try reader.lengthDelimited())
            case (_, let type): try reader.skip(type)
            }
        }
    }

    func event() throws(JournalCodingError) -> JournalEvent {
        guard let known = UInt8(exactly: kind).flatMap(EntryKind.init(rawValue:)) else { throw .unknownKind(kind) }
        switch known {
        case .started:
            guard let tier = try persistenceTier() else { throw .malformed("unknown tier \(tier)") }
            return .started(
                WorkflowStart(
                    type: workflowType, input: payload, tier: tier, seed: seed, parent: try parent(),
                    continuation: continuation))
        case .assigned:
            return .assigned(worker: WorkerIdentity(id: workerID, isPlain: isPlainWorker), epoch: epoch)
        case .released:
            guard let raw = UInt8(exactly: reason), let reason = LeaseEnd(rawValue: raw) else {
                throw .malformed("unknown reason \(reason)")
            }
            return .released(epoch: epoch, reason: reason)
        case .blocked:
            return .blocked(epoch: epoch, blockage)
        case .stepCompleted:
            return .stepCompleted(key: OperationKey(rawValue: key), result: payload)
        case .stepFailed:
            return .stepFailed(key: OperationKey(rawValue: key), failure: failure)
        case .cancelRequested:
            return .cancelRequested
        case .terminated:
            return .terminated
        case .closed:
            return .closed(try outcome())
        case .signalReceived:
            return .signalReceived(Signal(id: signalID, name: name, payload: payload))
        default:
            return try operationEvent(known, OperationKey(rawValue: key))
        }
    }

    private func operationEvent(_ kind: EntryKind, _ key: OperationKey) throws(JournalCodingError) -> JournalEvent {
        let attempt = UInt32(clamping: attempt)
        let due = Timestamp(rawValue: dueTime)
        switch kind {
        case .stepAttemptFailed:
            return .stepAttemptFailed(key: key, attempt: attempt, failure: failure, retryAt: due)
        case .timerStarted:
            return .timerStarted(key: key, fireAt: due)
        case .timerFired:
            return .timerFired(key: key)
        case .childStarted:
            return .childStarted(key: key, try child())
        case .childClosed:
            return .childClosed(key: key, try outcome())
        case .activityScheduled:
            var spec = activity
            spec.name = name
            spec.input = payload
            return .activityScheduled(key: key, spec)
        case .activityStarted:
            return .activityStarted(key: key, attempt: attempt, worker: workerID)
        case .activityAttemptFailed:
            return .activityAttemptFailed(
                key: key, attempt: attempt, failure: failure, details: payload, retryAt: due)
        case .activityCompleted:
            return .activityCompleted(key: key, attempt: attempt, result: payload)
        case .activityFailed:
            return .activityFailed(key: key, attempt: attempt, failure: failure)
        case .signalAwaited:
            return .signalAwaited(key: key, name: name, deadline: dueTime == 0 ? nil : due)
        case .signalConsumed:
            return .signalConsumed(key: key, signal: signalSequence)
        case .valueSet:
            return .valueSet(key: key, name: name, value: payload)
        case .versionSet:
            return .versionSet(key: key, change: name, version: UInt32(clamping: version))
        case .operationCancelled:
            return .operationCancelled(key: key)
        case .started, .assigned, .released, .blocked, .stepCompleted, .stepFailed, .signalReceived, .cancelRequested,
            .terminated, .closed:
            throw .malformed("kind \(kind.rawValue) is no operation's")
        }
    }

    private func persistenceTier() throws(JournalCodingError) -> PersistenceTier? {
        if tier == 0 { return nil }
        guard let raw = UInt8(exactly: tier - 1), let known = PersistenceTier(rawValue: raw) else {
            throw .malformed("unknown tier \(tier)")
        }
        return known
    }

    private func policy() throws(JournalCodingError) -> ParentClosePolicy {
        guard let policy = UInt8(exactly: closePolicy).flatMap(ParentClosePolicy.init(rawValue:)) else {
            throw .malformed("unknown parent-close policy \(closePolicy)")
        }
        return policy
    }

    private var continuation: WorkflowStart.Continuation? {
        guard continuedCount > 0 else { return nil }
        return WorkflowStart.Continuation(count: continuedCount, epoch: epoch, firstInput: firstInput)
    }

    private func parent() throws(JournalCodingError) -> ParentLink? {
        if parentID.isEmpty { return nil }
        return ParentLink(
            workflow: WorkflowID(rawValue: parentID), seed: parentSeed, key: OperationKey(rawValue: parentKey),
            closePolicy: try policy())
    }

    private func child() throws(JournalCodingError) -> ChildStart {
        ChildStart(
            id: WorkflowID(rawValue: childID), type: workflowType, input: payload, tier: try persistenceTier(),
            closePolicy: try policy())
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
