import Testing

@testable import AetherRuntime

/// Random events over one run, against what the documentation of `handle` says.
@Suite("A run under random events")
struct WorkflowExecutionPropertyTests {
    @Test("keeps its invariants after every event", .timeLimit(.minutes(5)), arguments: 0..<8)
    func invariants(_ part: Int) throws {
        for seed in UInt64(part * 250)..<UInt64(part * 250 + 250) {
            var walk = RandomWalk(seed: seed)
            for step in 0..<60 {
                guard try walk.step() else {
                    Issue.record("seed \(seed), step \(step): \(walk.problem)")
                    return
                }
            }
        }
    }
}

/// A run, its journal so far, and a generator of events for it.
private struct RandomWalk {
    /// What does not hold; empty while all is well.
    var problem: String { complaint.text }
    private let complaint = Complaint()
    private var generated: Generated
    private var execution: WorkflowExecution
    private var journal: [JournalEntry]
    private var clock: Int64 = 1_000
    /// The records reported under the present lease, with the sequences they were acknowledged with.
    private var reported: [(record: WorkerRecord, sequence: UInt64)] = []

    init(seed: UInt64) {
        generated = Generated(seed: seed)
        let start = WorkflowStart(type: "order", input: [0x31], tier: .stateActionLog, seed: seed)
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: "run"), start: start, at: Timestamp(rawValue: clock))
        self.execution = execution
        journal = decision.entries
        check(decision.effects == [.schedule], "a new run asks for \(decision.effects)")
    }

    /// Handles one random event and checks all that must hold.
    ///
    /// - Returns: `false` when something does not hold; ``problem`` says what.
    mutating func step() throws -> Bool {
        clock += Int64.random(in: -5...20, using: &generated.random)
        let event = nextEvent()
        let before = execution
        do {
            let decision = try execution.handle(event, at: Timestamp(rawValue: clock))
            checkDecision(decision, of: event, before)
            journal += decision.entries
        } catch {
            check(execution == before, "\(error) changed the state")
            checkRefusal(error, of: event, before)
        }
        try checkJournal()
        return problem.isEmpty
    }

    private func check(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition, problem.isEmpty { complaint.text = text() }
    }

    private final class Complaint {
        var text = ""
    }

    // MARK: Events

    private mutating func nextEvent() -> WorkflowEvent {
        let epoch = generated.random.oneIn(6) ? UInt64.random(in: 0...6, using: &generated.random) : execution.epoch
        switch Int.random(in: 0..<20, using: &generated.random) {
        case 0..<5: return .assign(generated.worker())
        case 5..<14: return nextReport(epoch)
        case 14 where generated.random.oneIn(4): return .complete(epoch: epoch, generated.outcome())
        case 15..<18: return .loseLease(epoch: epoch, generated.random.pick([.workerGone, .notHeld, .returned]))
        case 18 where generated.random.oneIn(2): return .cancel
        default: return .assign(generated.worker())
        }
    }

    private mutating func nextReport(_ epoch: UInt64) -> WorkflowEvent {
        let applied = execution.lease?.applied ?? 0
        let isOdd = generated.random.oneIn(4)
        let first = isOdd ? UInt64.random(in: 0...applied + 3, using: &generated.random) : applied + 1
        var records: [WorkerRecord] = []
        for number in 0..<UInt64.random(in: 0...3, using: &generated.random) {
            let place = Int(first + number) - 1
            if reported.indices.contains(place), place >= 0 {
                records.append(reported[place].record)
            } else if generated.random.oneIn(25) {
                records.append(.close(generated.outcome()))
            } else if generated.random.oneIn(3) {
                records.append(.stepFailed(key: generated.key(), failure: generated.failure()))
            } else {
                records.append(.stepCompleted(key: generated.key(), result: generated.bytes()))
            }
        }
        return .advance(epoch: epoch, firstRecord: first, records: records)
    }

    // MARK: What must hold

    private func checkJournal() throws {
        let replayed = try WorkflowExecution.replay(id: execution.id, journal)
        check(replayed == execution, "the replay differs from the live run")
        check(journal.map(\.sequence) == Array(1...UInt64(journal.count)), "the journal has gaps")
        check(zip(journal, journal.dropFirst()).allSatisfy { $0.time <= $1.time }, "the journal goes back in time")
        let keys = journal.compactMap(\.event.outcomeKey)
        check(Set(keys).count == keys.count, "a key has two outcomes")
        let ends = journal.indices.filter { journal[$0].event.kind == .closed }
        check(ends.isEmpty || ends == [journal.count - 1], "the journal goes on after its end")
        let epochs = journal.compactMap { if case .assigned(_, let epoch) = $0.event { epoch } else { nil } }
        check(epochs == Array(1...UInt64(epochs.count + 1)).dropLast(), "epochs do not count from 1")
        check(execution.lease == nil || execution.lease?.epoch == execution.epoch, "the lease is not of the last epoch")
        check(execution.state == expectedState, "the state is \(execution.state)")
    }

    private var expectedState: WorkflowState {
        if case .closed(let outcome) = journal.last?.event { return outcome.state }
        return journal.contains { $0.event.kind == .assigned } ? .running : .pending
    }

    private func checkRefusal(_ error: WorkflowError, of event: WorkflowEvent, _ before: WorkflowExecution) {
        if let outcome = before.outcome {
            return check(error == .closed(outcome.state), "a closed run refuses with \(error)")
        }
        switch event {
        case .assign(let worker):
            let isRight =
                before.lease.map { error == .alreadyAssigned(epoch: $0.epoch) }
                ?? (worker.isPlain && before.needsReplay && error == .cannotReplay(worker: worker.id))
            check(isRight, "assign is refused with \(error)")
        case .advance(let epoch, let first, let records):
            guard let lease = before.lease, lease.epoch == epoch else {
                return check(error == .staleLease(reported: epoch, current: before.epoch), "a stale report: \(error)")
            }
            check(first > lease.applied + 1 || (first == 0 && !records.isEmpty), "an unfounded refusal: \(error)")
            check(error == .recordGap(expected: lease.applied + 1, found: first), "a gap: \(error)")
        case .complete(let epoch, _):
            check(before.lease?.epoch != epoch, "an unfounded refusal: \(error)")
            check(error == .staleLease(reported: epoch, current: before.epoch), "a stale answer: \(error)")
        case .loseLease, .cancel:
            check(false, "\(event) of an open run is refused with \(error)")
        default:
            break
        }
    }

    private mutating func checkDecision(_ decision: Decision, of event: WorkflowEvent, _ before: WorkflowExecution) {
        switch event {
        case .assign(let worker):
            check(before.outcome == nil && before.lease == nil, "assigned although leased or closed")
            check(!(worker.isPlain && before.needsReplay), "a run with records goes to a plain worker")
            let lease = WorkflowExecution.Lease(worker: worker, epoch: before.epoch + 1)
            check(execution.lease == lease && decision.effects == [.dispatch(lease)], "assign: \(decision.effects)")
            reported = []
        case .advance(_, let first, let records):
            checkAdvance(decision, first, records, before)
        case .complete(let epoch, let outcome):
            check(before.lease?.epoch == epoch, "a stale answer is taken")
            check(execution.outcome == outcome, "the outcome is another")
            check(decision.effects == freeing(before.lease) + [.publish(outcome)], "complete: \(decision.effects)")
        case .loseLease(let epoch, _):
            let expected: [Effect]? = before.lease.flatMap {
                $0.epoch == epoch ? [.free($0), .revoke($0), .schedule] : nil
            }
            check(decision.effects == expected ?? [], "loseLease: \(decision.effects)")
            check(expected != nil ? execution.lease == nil : execution == before, "loseLease leaves the lease")
        case .cancel:
            checkCancel(decision, before)
        default:
            break
        }
    }

    private mutating func checkAdvance(
        _ decision: Decision, _ first: UInt64, _ records: [WorkerRecord], _ before: WorkflowExecution
    ) {
        guard let lease = before.lease else { return check(false, "a report without a lease is taken") }
        check(decision.acknowledged.count == records.count, "\(decision.acknowledged) for \(records.count) records")
        for (place, (record, sequence)) in zip(records, decision.acknowledged.map(\.sequence)).enumerated() {
            let number = first + UInt64(place)
            if let key = record.key, let recorded = before.outcomes[key] {
                check(sequence == recorded, "\(key) again: \(sequence), not \(recorded)")
            } else if number > lease.applied, let entry = decision.entries.first(where: { $0.sequence == sequence }) {
                let isBehindTheEnd = entry.event.kind == .closed && entry.record < number
                check(isBehindTheEnd || entry.record <= number, "another record is acknowledged")
                check(
                    isBehindTheEnd || entry.event == record.event(at: entry.time) || isRepeated(record, in: entry),
                    "a lost record")
            }
            if Int(number) == reported.count + 1 { reported.append((record, sequence)) }
        }
        let new = decision.entries.map(\.record)
        let expected = lease.applied + 1..<max(lease.applied + 1, first + UInt64(records.count))
        check(new.allSatisfy(expected.contains), "records \(new) are entered")
        let closes = decision.entries.contains { $0.event.kind == .closed }
        check(closes == (execution.outcome != nil), "the end is not in the journal")
        if let outcome = execution.outcome {
            check(decision.effects == [.free(lease), .publish(outcome)], "close: \(decision.effects)")
        } else {
            check(decision.effects.isEmpty, "advance: \(decision.effects)")
        }
    }

    /// Whether an earlier record of the same report has the key: its outcome stands.
    private func isRepeated(_ record: WorkerRecord, in entry: JournalEntry) -> Bool {
        record.key != nil && entry.event.outcomeKey == record.key
    }

    private func checkCancel(_ decision: Decision, _ before: WorkflowExecution) {
        check(before.outcome == nil, "a closed run is cancelled")
        let isPlain = before.lastWorker.map { $0.isPlain && (before.lease != nil || !before.needsReplay) } ?? true
        if before.state == .pending || isPlain {
            let revoked = before.lease.map { freeing($0) + [.revoke($0)] } ?? []
            check(execution.outcome == .cancelled, "the run is not cancelled")
            check(decision.effects == revoked + [.publish(.cancelled)], "cancel: \(decision.effects)")
        } else if before.isCancelRequested {
            check(decision == Decision() && execution == before, "cancelling twice: \(decision)")
        } else {
            check(execution.isCancelRequested && execution.lease == before.lease, "no cancel is requested")
            check(decision.entries.map(\.event) == [.cancelRequested], "cancel: \(decision.entries)")
            let push = before.lease.map { [Effect.push($0, decision.entries[0])] } ?? []
            check(decision.effects == push, "cancel: \(decision.effects)")
        }
    }

    private func freeing(_ lease: WorkflowExecution.Lease?) -> [Effect] {
        lease.map { [.free($0)] } ?? []
    }
}
