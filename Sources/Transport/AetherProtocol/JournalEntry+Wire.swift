package import AetherRuntime
internal import Foundation
internal import SwiftProtobuf

extension Aether_V1_JournalEntry {
    package init(_ entry: JournalEntry) {
        self.init()
        switch entry.event {
        case .started(let start) where start.parent == nil && start.continuation == nil:
            workflowType = start.type
            payload = Data(start.input)
            tier = Aether_V1_Tier(start.tier)
            seed = start.seed
            if let trace = start.trace {
                traceparent = trace.traceparent
                tracestate = trace.state
            }
        case .assigned(let worker, let epoch):
            workerID = worker.id
            plainWorker = worker.isPlain
            self.epoch = epoch
        case .stepCompleted(let key, let result):
            self.key = key.rawValue
            payload = Data(result)
        case .stepFailed(let key, let failure):
            self.key = key.rawValue
            self.failure = Aether_V1_Failure(failure)
        case .activityStarted(let key, let attempt, let worker):
            self.key = key.rawValue
            self.attempt = attempt
            workerID = worker
        case .activityCompleted(let key, let attempt, let result):
            self.key = key.rawValue
            self.attempt = attempt
            payload = Data(result)
        case .timerFired(let key):
            self.key = key.rawValue
        case .cancelRequested, .terminated:
            break
        case .closed(let outcome):
            setOutcome(outcome)
        default:
            // The rest is rare: the stored form is this very message.
            if let stored = try? Self(serializedBytes: entry.encoded()) { self = stored }
            return
        }
        sequence = entry.sequence
        kind = Aether_V1_EntryKind(rawValue: Int(entry.event.kind.rawValue)) ?? .unspecified
        time = entry.time.rawValue
        record = entry.record
        if let early = entry.early {
            resolvedBehind = early.behind
            resolvedAt = early.time.rawValue
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
        let event: JournalEvent
        switch wire.kind {
        case .started where wire.parentID.isEmpty && wire.continuedCount == 0:
            guard let tier = PersistenceTier(wire.tier) else { throw .malformed("unknown tier \(wire.tier)") }
            var start = WorkflowStart(
                type: wire.workflowType, input: Array(wire.payload), tier: tier, seed: wire.seed)
            start.trace = TraceContext(traceparent: wire.traceparent, tracestate: wire.tracestate)
            event = .started(start)
        case .assigned:
            event = .assigned(
                worker: WorkerIdentity(id: wire.workerID, isPlain: wire.plainWorker), epoch: wire.epoch)
        case .stepCompleted:
            event = .stepCompleted(key: OperationKey(rawValue: wire.key), result: Array(wire.payload))
        case .activityStarted:
            event = .activityStarted(
                key: OperationKey(rawValue: wire.key), attempt: wire.attempt, worker: wire.workerID)
        case .activityCompleted:
            event = .activityCompleted(
                key: OperationKey(rawValue: wire.key), attempt: wire.attempt, result: Array(wire.payload))
        case .timerFired:
            event = .timerFired(key: OperationKey(rawValue: wire.key))
        case .stepFailed:
            event = .stepFailed(key: OperationKey(rawValue: wire.key), failure: Failure(wire.failure))
        default:
            // The rest is rare: the stored form is this very message.
            guard let bytes: [UInt8] = try? wire.serializedBytes() else { throw .malformed("it can't be encoded") }
            self = try JournalEntry(encoded: bytes)
            return
        }
        self.init(
            sequence: wire.sequence, time: Timestamp(rawValue: wire.time), record: wire.record, event: event,
            early: EarlyResolution(behind: wire.resolvedBehind, at: wire.resolvedAt))
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
