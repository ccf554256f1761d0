package import AetherRuntime
internal import Foundation

extension Aether_V1_JournalEntry {
    package init(_ entry: JournalEntry) {
        self.init()
        sequence = entry.sequence
        kind = Aether_V1_EntryKind(rawValue: Int(entry.event.kind.rawValue)) ?? .unspecified
        time = entry.time.rawValue
        record = entry.record
        switch entry.event {
        case .started(let start):
            payload = Data(start.input)
            workflowType = start.type
            tier = Aether_V1_Tier(start.tier)
            seed = start.seed
        case .assigned(let worker, let epoch):
            workerID = worker.id
            plainWorker = worker.isPlain
            self.epoch = epoch
        case .released(let epoch, let reason):
            self.epoch = epoch
            self.reason = Aether_V1_LeaseEnd(rawValue: Int(reason.rawValue)) ?? .unspecified
        case .stepCompleted(let key, let result):
            self.key = key.rawValue
            payload = Data(result)
        case .stepFailed(let key, let failure):
            self.key = key.rawValue
            self.failure = Aether_V1_Failure(failure)
        case .cancelRequested:
            break
        case .closed(let outcome):
            setOutcome(outcome)
        }
    }

    private mutating func setOutcome(_ outcome: WorkflowOutcome) {
        state = Aether_V1_State(outcome.state)
        switch outcome {
        case .completed(let result): payload = Data(result)
        case .failed(let failure): self.failure = Aether_V1_Failure(failure)
        case .cancelled: break
        }
    }
}

extension JournalEntry {
    /// Reads an entry that came over the wire.
    ///
    /// - Throws: ``JournalCodingError`` for an entry that makes no sense or that a newer version made.
    package init(_ wire: Aether_V1_JournalEntry) throws(JournalCodingError) {
        guard wire.sequence > 0 else { throw .malformed("it has no sequence") }
        self.init(
            sequence: wire.sequence, time: Timestamp(rawValue: wire.time), record: wire.record,
            event: try JournalEvent(wire))
    }
}

extension JournalEvent {
    fileprivate init(_ wire: Aether_V1_JournalEntry) throws(JournalCodingError) {
        switch wire.kind {
        case .started:
            guard let tier = PersistenceTier(wire.tier) else { throw .malformed("unknown tier") }
            self = .started(
                WorkflowStart(type: wire.workflowType, input: Array(wire.payload), tier: tier, seed: wire.seed))
        case .assigned:
            self = .assigned(worker: WorkerIdentity(id: wire.workerID, isPlain: wire.plainWorker), epoch: wire.epoch)
        case .released:
            guard let reason = UInt8(exactly: wire.reason.rawValue).flatMap(LeaseEnd.init(rawValue:)) else {
                throw .malformed("unknown reason")
            }
            self = .released(epoch: wire.epoch, reason: reason)
        case .stepCompleted:
            self = .stepCompleted(key: OperationKey(rawValue: wire.key), result: Array(wire.payload))
        case .stepFailed:
            self = .stepFailed(key: OperationKey(rawValue: wire.key), failure: Failure(wire.failure))
        case .cancelRequested:
            self = .cancelRequested
        case .closed:
            guard let outcome = WorkflowOutcome(wire.state, payload: Array(wire.payload), failure: wire.failure) else {
                throw .malformed("the state closes no workflow")
            }
            self = .closed(outcome)
        case .unspecified, .UNRECOGNIZED:
            throw .unknownKind(UInt64(clamping: wire.kind.rawValue))
        }
    }
}

extension WorkflowOutcome {
    /// - Returns: `nil` for a state that closes no workflow.
    package init?(_ state: Aether_V1_State, payload: [UInt8], failure: Aether_V1_Failure) {
        switch state {
        case .completed: self = .completed(payload)
        case .failed: self = .failed(Failure(failure))
        case .cancelled: self = .cancelled
        case .pending, .running, .UNRECOGNIZED: return nil
        }
    }
}
