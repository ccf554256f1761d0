/// The fields of the message, before it is known which kind of entry they make.
struct EntryFields {
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
    var signalIDs: [String] = []
    var resolvedBehind: UInt64 = 0
    var resolvedAt: Int64 = 0
    var traceparent = ""
    var tracestate = ""

    mutating func read(_ source: WireReader) throws(JournalCodingError) {
        var reader = source
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, .varint): sequence = try reader.counter()
            case (2, .varint): kind = try reader.varint()
            case (3, .varint): time = Int64(bitPattern: try reader.varint())
            case (4, .varint): record = try reader.counter()
            case (5, .lengthDelimited): key = try reader.text()
            case (6, .lengthDelimited): payload = Array(try reader.lengthDelimited())
            case (7, .lengthDelimited): failure = try Failure(wire: try reader.lengthDelimited())
            case (8, .varint): state = try reader.varint()
            case (9, .lengthDelimited): workerID = try reader.text()
            case (10, .varint): epoch = try reader.counter()
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
            case (29, .varint): continuedCount = try reader.counter()
            case (30, .lengthDelimited): firstInput = Array(try reader.lengthDelimited())
            case (31, .varint): resolvedBehind = try reader.varint()
            case (32, .varint): resolvedAt = Int64(bitPattern: try reader.varint())
            case (33, .lengthDelimited): signalIDs.append(try reader.text())
            case (34, .lengthDelimited): traceparent = try reader.text()
            case (35, .lengthDelimited): tracestate = try reader.text()
            case (_, let type): try reader.skip(type)
            }
        }
    }

    func event() throws(JournalCodingError) -> JournalEvent {
        guard let known = UInt8(exactly: kind).flatMap(EntryKind.init(rawValue:)) else { throw .unknownKind(kind) }
        switch known {
        case .started:
            guard let tier = try persistenceTier() else { throw .malformed("unknown tier \(tier)") }
            var start = WorkflowStart(
                type: workflowType, input: payload, tier: tier, seed: seed, parent: try parent(),
                continuation: continuation)
            start.trace = TraceContext(traceparent: traceparent, tracestate: tracestate)
            return .started(start)
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
            guard attempt < .max else { throw .malformed("no attempt follows that of number \(attempt)") }
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
        return WorkflowStart.Continuation(
            count: continuedCount, epoch: epoch, firstInput: firstInput, signalIDs: signalIDs)
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
