// The message `aether.v1.Record`.

extension WorkerRecord {
    private var kind: EntryKind {
        switch self {
        case .stepCompleted, .stepResolved: .stepCompleted
        case .stepFailed: .stepFailed
        case .stepAttemptFailed: .stepAttemptFailed
        case .startTimer: .timerStarted
        case .startChild: .childStarted
        case .scheduleActivity: .activityScheduled
        case .awaitSignal: .signalAwaited
        case .setValue: .valueSet
        case .setVersion: .versionSet
        case .cancelOperation: .operationCancelled
        case .continueAsNew: .started
        case .close: .closed
        }
    }

    func encode(into writer: inout WireWriter) {
        writer.field(1, unsigned: UInt64(kind.rawValue))
        if let key { writer.field(2, text: key.rawValue) }
        switch self {
        case .stepCompleted(_, let result):
            writer.field(3, bytes: result)
        case .stepResolved(_, let result, let early):
            writer.field(3, bytes: result)
            writer.field(16, unsigned: early.behind)
            writer.field(17, signed: early.time.rawValue)
        case .stepFailed(_, let failure):
            writer.field(4, message: failure.wire)
        case .stepAttemptFailed(_, let attempt, let failure, let delay):
            writer.field(4, message: failure.wire)
            writer.field(6, unsigned: UInt64(attempt))
            writer.field(7, present: UInt64(bitPattern: delay))
        case .startTimer(_, .after(let milliseconds)):
            writer.field(7, present: UInt64(bitPattern: milliseconds))
        case .startTimer(_, .at(let instant)):
            writer.field(8, signed: instant.rawValue)
        case .startChild(_, let child):
            writer.field(3, bytes: child.input)
            writer.field(10, text: child.id.rawValue)
            writer.field(11, text: child.type)
            if let tier = child.tier { writer.field(12, unsigned: UInt64(tier.rawValue) + 1) }
            writer.field(13, unsigned: UInt64(child.closePolicy.rawValue))
        case .scheduleActivity(_, let spec):
            writer.field(3, bytes: spec.input)
            writer.field(9, text: spec.name)
            writer.field(14, message: spec.wire)
        case .awaitSignal(_, let name, let timeout):
            if let timeout { writer.field(7, present: UInt64(bitPattern: timeout)) }
            writer.field(9, text: name)
        case .setValue(_, let name, let value):
            writer.field(3, bytes: value)
            writer.field(9, text: name)
        case .setVersion(_, let change, let version):
            writer.field(9, text: change)
            writer.field(15, unsigned: UInt64(version))
        case .cancelOperation:
            break
        case .continueAsNew(let input):
            writer.field(3, bytes: input)
        case .close(let outcome):
            encode(outcome, into: &writer)
        }
    }

    private func encode(_ outcome: WorkflowOutcome, into writer: inout WireWriter) {
        switch outcome {
        case .completed(let result): writer.field(3, bytes: result)
        case .failed(let failure): writer.field(4, message: failure.wire)
        case .cancelled: break
        }
        writer.field(5, unsigned: UInt64(outcome.state.rawValue))
    }

    /// - Throws: ``JournalCodingError`` for a record that no worker may make, too.
    init(wire: WireBytes) throws(JournalCodingError) {
        var fields = RecordFields()
        try fields.read(wire)
        self = try fields.record()
    }
}

/// The fields of the message, before it is known which kind of record they make.
private struct RecordFields {
    var kind: UInt64 = 0
    var key = ""
    var payload: [UInt8] = []
    var failure: Failure?
    var state: UInt64 = 0
    var attempt: UInt64 = 0
    var delay: Int64?
    var dueTime: Int64 = 0
    var name = ""
    var childID = ""
    var workflowType = ""
    var tier: UInt64 = 0
    var closePolicy: UInt64 = 0
    var activity: ActivitySpec?
    var version: UInt64 = 0
    var resolvedBehind: UInt64 = 0
    var resolvedAt: Int64 = 0

    mutating func read(_ wire: WireBytes) throws(JournalCodingError) {
        var reader = WireReader(wire)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .varint): kind = try reader.varint()
            case (2, .lengthDelimited): key = try reader.text()
            case (3, .lengthDelimited): payload = Array(try reader.lengthDelimited())
            case (4, .lengthDelimited): failure = try Failure(wire: try reader.lengthDelimited())
            case (5, .varint): state = try reader.varint()
            case (6, .varint): attempt = try reader.varint()
            case (7, .varint): delay = Int64(bitPattern: try reader.varint())
            case (8, .varint): dueTime = Int64(bitPattern: try reader.varint())
            case (9, .lengthDelimited): name = try reader.text()
            case (10, .lengthDelimited): childID = try reader.text()
            case (11, .lengthDelimited): workflowType = try reader.text()
            case (12, .varint): tier = try reader.varint()
            case (13, .varint): closePolicy = try reader.varint()
            case (14, .lengthDelimited):
                var spec = activity ?? ActivitySpec(name: "", input: [])
                try spec.read(try reader.lengthDelimited())
                activity = spec
            case (15, .varint): version = try reader.varint()
            case (16, .varint): resolvedBehind = try reader.varint()
            case (17, .varint): resolvedAt = Int64(bitPattern: try reader.varint())
            case (_, let type): try reader.skip(type)
            }
        }
    }

    func record() throws(JournalCodingError) -> WorkerRecord {
        guard let known = UInt8(exactly: kind).flatMap(EntryKind.init(rawValue:)) else { throw .unknownKind(kind) }
        switch known {
        case .started: return .continueAsNew(input: payload)
        case .closed: return .close(try outcome())
        default: break
        }
        guard !key.isEmpty else { throw .malformed("a record of kind \(kind) lacks its key") }
        let key = OperationKey(rawValue: key)
        switch known {
        case .stepCompleted:
            guard let early = EarlyResolution(behind: resolvedBehind, at: resolvedAt) else {
                return .stepCompleted(key: key, result: payload)
            }
            return .stepResolved(key: key, result: payload, early)
        case .stepFailed: return .stepFailed(key: key, failure: failure ?? Failure(message: ""))
        case .stepAttemptFailed:
            return .stepAttemptFailed(
                key: key, attempt: UInt32(truncatingIfNeeded: attempt), failure: failure ?? Failure(message: ""),
                delayMilliseconds: delay ?? 0)
        case .timerStarted:
            return .startTimer(
                key: key, delay.map { .after(milliseconds: $0) } ?? .at(Timestamp(rawValue: dueTime)))
        case .childStarted: return .startChild(key: key, try child())
        case .activityScheduled:
            var spec = activity ?? ActivitySpec(name: "", input: [])
            (spec.name, spec.input) = (name, payload)
            return .scheduleActivity(key: key, spec)
        case .signalAwaited: return .awaitSignal(key: key, name: name, timeoutMilliseconds: delay)
        case .valueSet: return .setValue(key: key, name: name, value: payload)
        case .versionSet: return .setVersion(key: key, change: name, version: UInt32(truncatingIfNeeded: version))
        case .operationCancelled: return .cancelOperation(key: key)
        default: throw .malformed("no worker may make a record of kind \(kind)")
        }
    }

    private func child() throws(JournalCodingError) -> ChildStart {
        guard let id = WorkflowID(validating: childID) else { throw .malformed("a child's id is no workflow id") }
        guard let policy = UInt8(exactly: closePolicy).flatMap(ParentClosePolicy.init(rawValue:)) else {
            throw .malformed("unknown close policy \(closePolicy)")
        }
        let tier = tier > 0 ? UInt8(exactly: tier - 1).flatMap(PersistenceTier.init(rawValue:)) : nil
        return ChildStart(id: id, type: workflowType, input: payload, tier: tier, closePolicy: policy)
    }

    private func outcome() throws(JournalCodingError) -> WorkflowOutcome {
        switch UInt8(exactly: state).flatMap(WorkflowState.init(rawValue:)) {
        case .completed: return .completed(payload)
        case .failed: return .failed(failure ?? Failure(message: ""))
        case .cancelled: return .cancelled
        case .pending, .running, nil: throw .malformed("a run can't end in state \(state)")
        }
    }
}
