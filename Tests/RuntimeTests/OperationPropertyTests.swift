import Testing

@testable import AetherRuntime

/// Random events over the operations of one run, against what must hold whatever happens.
@Suite("Operations under random events")
struct OperationPropertyTests {
    @Test("keep their invariants after every event", .timeLimit(.minutes(5)), arguments: 0..<8)
    func invariants(_ part: Int) throws {
        for seed in UInt64(part * 60)..<UInt64(part * 60 + 60) {
            var walk = OperationWalk(seed: seed)
            for step in 0..<80 {
                try walk.step()
                guard walk.problems.isEmpty else {
                    Issue.record("seed \(seed), step \(step): \(walk.problems.joined(separator: "; "))")
                    return
                }
            }
        }
    }
}

private struct OperationWalk {
    /// What does not hold; empty while all is well.
    var problems: [String] { complaints.texts }
    private let complaints = Complaints()
    private var generated: Generated
    private var execution: WorkflowExecution
    private var journal: [JournalEntry]
    private var now = Timestamp(rawValue: 1_000)
    private var heartbeats: [OperationKey: ActivityHeartbeat] = [:]
    private var nextOccurrence = 0
    private var nextSignal = 0
    /// The tasks that workers have: what was dispatched and not freed.
    private var leases = 0
    private var attempts: Set<ActivityLease> = []
    /// The last instant that the run asked to be woken at, and was not yet.
    private var wakesAt: Timestamp?

    init(seed: UInt64) {
        generated = Generated(seed: seed)
        let start = WorkflowStart(type: "order", input: [], tier: .stateActionLog, seed: seed)
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: "run"), start: start, at: now)
        self.execution = execution
        journal = decision.entries
    }

    mutating func step() throws {
        now = now.advanced(by: Int64.random(in: 0...400, using: &generated.random))
        let event: WorkflowEvent
        if let time = wakesAt, time <= now {
            // Whoever was asked to wake the run does so in time.
            (event, wakesAt) = (.wake, nil)
        } else {
            event = nextEvent()
        }
        let before = execution
        do {
            let decision = try execution.handle(event, at: now, heartbeats: heartbeats)
            journal += decision.entries
            for effect in decision.effects { follow(effect) }
        } catch {
            check(execution == before, "\(error) changed the state")
        }
        try checkAll()
    }

    // MARK: Events

    private mutating func nextEvent() -> WorkflowEvent {
        switch Int.random(in: 0..<24, using: &generated.random) {
        case 0: return .loseLease(epoch: execution.epoch, .workerGone)
        case 1: return .evict(epoch: execution.epoch, seen: execution.lastSequence)
        case 2: return .rest(epoch: execution.epoch, seen: execution.lastSequence)
        case 3 where generated.random.oneIn(4): return .cancel
        case 4 where generated.random.oneIn(20): return .terminate
        case 5..<8:
            nextSignal += generated.random.oneIn(4) ? 0 : 1
            return .signal(Signal(id: "\(nextSignal)", name: generated.random.pick(["a", "b"]), payload: []))
        case 8..<10: return .closeChild(pick { if case .child = $0 { true } else { false } }, generated.outcome())
        case 10..<13: return .assignActivity(pickActivity(), worker: generated.random.pick(["x", "y"]))
        case 13..<16: return completion()
        default:
            guard execution.lease != nil else { return .assign(WorkerIdentity(id: "w", isPlain: false)) }
            return .advance(
                epoch: execution.epoch, firstRecord: (execution.lease?.applied ?? 0) + 1, records: [record()])
        }
    }

    private mutating func completion() -> WorkflowEvent {
        let key = pickActivity()
        var attempt: UInt32 = 1
        if case .activity(let activity) = execution.pending[key]?.kind { attempt = activity.attempt }
        if generated.random.oneIn(3) {
            heartbeats[key] = ActivityHeartbeat(time: now, details: [1])
        }
        let result = generated.random.pick([
            ActivityResult.completed([]), .failed(Failure(message: "no")), .workerGone, .notDelivered,
            .failed(Failure(message: "never", isNonRetryable: true)),
        ])
        return .completeActivity(key, attempt: attempt, result)
    }

    private mutating func record() -> WorkerRecord {
        nextOccurrence += 1
        let number = nextOccurrence
        let key = { (kind: String) in OperationKey(scope: "", kind: kind, name: "x", occurrence: number) }
        let limit = { (random: inout SplitMix64) in
            random.oneIn(2) ? Int64(0) : Int64.random(in: 1...900, using: &random)
        }
        switch Int.random(in: 0..<12, using: &generated.random) {
        case 0..<3:
            return .startTimer(
                key: key("sleep"), .after(milliseconds: Int64.random(in: -5...900, using: &generated.random)))
        case 3..<5:
            let child = ChildStart(
                id: WorkflowID(rawValue: "c\(nextOccurrence)"), type: "t", input: [],
                closePolicy: generated.random.pick([.cancel, .abandon, .wait]))
            return .startChild(key: key("child"), child)
        case 5..<8:
            let spec = ActivitySpec(
                name: "x", input: [],
                retry: RetryPolicy(
                    initialMilliseconds: 50, factor: 2, attempts: UInt32.random(in: 0...3, using: &generated.random)),
                startToCloseMilliseconds: limit(&generated.random),
                scheduleToCloseMilliseconds: limit(&generated.random), heartbeatMilliseconds: limit(&generated.random),
                cancellation: generated.random.pick([.try, .wait, .abandon]))
            return .scheduleActivity(key: key("activity"), spec)
        case 8..<10:
            return .awaitSignal(
                key: key("signal"), name: generated.random.pick(["a", "b"]),
                timeoutMilliseconds: generated.random.oneIn(2)
                    ? nil : Int64.random(in: 0...900, using: &generated.random))
        case 10:
            return .cancelOperation(key: pick { _ in true })
        default:
            if generated.random.oneIn(8) { return .close(generated.outcome()) }
            return .setValue(key: key("set"), name: "v", value: [])
        }
    }

    private mutating func pickActivity() -> OperationKey {
        pick { if case .activity = $0 { true } else { false } }
    }

    private mutating func pick(_ isWanted: (PendingOperation.Kind) -> Bool) -> OperationKey {
        let keys = execution.pending.filter { isWanted($0.value.kind) }.keys.sorted { $0.rawValue < $1.rawValue }
        return keys.randomElement(using: &generated.random) ?? OperationKey(rawValue: "none:#1")
    }

    // MARK: Effects

    private mutating func follow(_ effect: Effect) {
        switch effect {
        case .dispatch: leases += 1
        case .free: leases -= 1
        case .dispatchActivity(let lease, let activity):
            check(attempts.insert(lease).inserted, "\(lease) is dispatched twice")
            check(activity.attempt == lease.attempt, "another attempt is dispatched")
            heartbeats[lease.key] = nil
        case .freeActivity(let lease): check(attempts.remove(lease) != nil, "\(lease) is freed twice")
        case .wake(let time):
            check(wakesAt.map { time < $0 } ?? true, "a later wake replaces an earlier one")
            wakesAt = time
        case .push(let lease, let entry):
            check(entry.record == 0 && lease.epoch == execution.epoch, "a worker's own record is pushed")
        default: break
        }
    }

    // MARK: What must hold

    private func check(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition { complaints.texts.append(text()) }
    }

    private final class Complaints {
        var texts: [String] = []
    }

    private func checkAll() throws {
        let replayed = try WorkflowExecution.replay(id: execution.id, journal)
        check(replayed == execution, "the replay differs from the live run")
        let keys = journal.compactMap(\.event.outcomeKey)
        check(Set(keys).count == keys.count, "a key has two outcomes")
        check(leases == (execution.lease == nil ? 0 : 1), "\(leases) workers have the run")
        check(Set(execution.activityLeases) == attempts, "workers have \(attempts), not \(execution.activityLeases)")
        if execution.outcome != nil { return check(execution.pending.isEmpty, "something is under way after the end") }
        checkSignals()
        for (key, operation) in execution.pending { checkDeadline(key, operation) }
    }

    private func checkDeadline(_ key: OperationKey, _ operation: PendingOperation) {
        let due: Timestamp?
        switch operation.kind {
        case .timer(let fireAt): due = fireAt
        case .signal(_, let deadline): due = deadline
        case .activity(let activity):
            let limits = [
                activity.closeDeadline, activity.attemptDeadline,
                activity.heartbeatDeadline(after: heartbeats[key]?.time),
            ]
            due = limits.compactMap(\.self).min()
        case .child, .step: due = nil
        }
        guard let due else { return }
        check(
            wakesAt.map { $0 <= due } ?? false,
            "nobody wakes \(key) at \(due.rawValue), but \(String(describing: wakesAt))")
    }

    /// Signals of a name are taken in the order in which they came, each once and by a wait of that name; and none is left
    /// while somebody waits for it.
    private func checkSignals() {
        var names: [UInt64: String] = [:]
        var waits: [OperationKey: String] = [:]
        var taken: [String: [UInt64]] = [:]
        for entry in journal {
            switch entry.event {
            case .signalReceived(let signal): names[entry.sequence] = signal.name
            case .signalAwaited(let key, let name, _): waits[key] = name
            case .signalConsumed(let key, let signal):
                check(waits[key] != nil && names[signal] == waits[key], "\(key) takes a signal that is not its own")
                taken[names[signal] ?? "", default: []].append(signal)
            default: break
            }
        }
        for (name, sequences) in taken {
            let received = names.filter { $0.value == name }.keys.sorted()
            check(sequences == Array(received.prefix(sequences.count)), "signals \(name) are taken out of order")
            let isAwaited = execution.pending.values.contains { operation in
                if case .signal(name, _) = operation.kind { true } else { false }
            }
            check(!isAwaited || sequences.count == received.count, "a signal \(name) is left while it is awaited")
        }
    }
}
