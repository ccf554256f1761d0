extension JournalEntry {
    /// The entry as the protobuf message `aether.v1.JournalEntry`: the form in which it is stored and sent.
    public func encoded() -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 48 + event.estimatedSize)
        writer.field(1, unsigned: sequence)
        writer.field(2, unsigned: UInt64(event.kind.rawValue))
        writer.field(3, signed: time.rawValue)
        writer.field(4, unsigned: record)
        event.encode(into: &writer)
        if let early {
            writer.field(31, unsigned: early.behind)
            writer.field(32, signed: early.time.rawValue)
        }
        return writer.bytes
    }

    /// Reads what ``encoded()`` wrote. Fields that a newer version added are passed over.
    ///
    /// - Throws: ``JournalCodingError`` when the bytes are no entry or of an unknown kind. Never traps.
    public init(encoded bytes: some Collection<UInt8>) throws(JournalCodingError) {
        let fields = try Array(bytes).read { (bytes) throws(JournalCodingError) in
            var fields = EntryFields()
            try fields.read(WireReader(bytes))
            return fields
        }
        guard fields.sequence > 0 else { throw .malformed("it has no sequence") }
        self.init(
            sequence: fields.sequence,
            time: Timestamp(rawValue: fields.time),
            record: fields.record,
            event: try fields.event(),
            early: EarlyResolution(behind: fields.resolvedBehind, at: fields.resolvedAt)
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
                for id in continuation.signalIDs { writer.field(33, element: id) }
            }
            if let trace = start.trace {
                writer.field(34, text: trace.traceparent)
                writer.field(35, text: trace.state)
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
