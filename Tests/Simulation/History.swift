import AetherProtocol
import AetherRuntime
import AetherStorage

/// All that the world knows to have happened, and what must hold of it. It sees every write when it reaches the disk, and every
/// acknowledgement when the server gives it.
///
/// | invariant | where it is looked at |
/// |---|---|
/// | histories have no gap, go on after no end, and time never goes back in them | each write |
/// | one outcome per operation; a signal is received once and consumed once | each write |
/// | epochs grow; what is recorded under a lease is recorded while it lasts | each write |
/// | a timer fires when it is due, and no sooner | each write |
/// | a child's end is what its parent hears | each write |
/// | what is acknowledged is on the disk | each acknowledgement |
/// | a write is of a shard that its server owns | each write |
/// | a step whose outcome was in the journal a worker got does not run again | each closure |
///
/// Unchecked for the reason of ``Scheduler``.
final class History: @unchecked Sendable {
    struct Run {
        var entries: [JournalEntry] = []
        var summary: WorkflowSummary
        var outcomes: [OperationKey: UInt64] = [:]
        var due: [OperationKey: Timestamp] = [:]
        var children: [OperationKey: WorkflowID] = [:]
        var epoch: UInt64 = 0
        var lease: UInt64?
        var lastRecord: UInt64 = 0
        var outcome: WorkflowOutcome?
        /// Of this run and of those it continues: the ids of signals, and of those the ones that were consumed.
        var signals: Set<String> = []
        var consumed: Set<String> = []
        /// How often it has continued as new.
        var generation = 0
        /// The attempts under way at activities.
        var attempts: [OperationKey: UInt32] = [:]
        /// Whether it goes with the server.
        var isVolatile: Bool
    }

    private(set) var runs: [WorkflowID: Run] = [:]
    /// What was acknowledged while faults went on.
    private(set) var acknowledged = 0
    /// Is told what must not be.
    var fail: (String) -> Void = { _ in }
    /// Whether faults go on.
    var isCalm = false
    /// Whether some workers' code does not fit.
    var mayBlock = false
    /// Whether the world has ended: what killed servers still do is of no interest.
    var isOver = false
    /// The time of the newest entry.
    private(set) var newestTime = Timestamp(millisecondsSinceEpoch: 0)
    /// What closures of steps returned.
    private(set) var produced: Set<String> = []
    /// What clients asked to cancel.
    private var cancelled: Set<String> = []
    /// How often each step's closure began.
    private(set) var executions: [String: Int] = [:]

    private func require(_ holds: Bool, _ id: WorkflowID, _ what: @autoclosure () -> String) {
        if !holds { fail("\(id): \(what())") }
    }

    // MARK: Writes

    func written(_ batch: [WorkflowWrite], except taken: Set<WorkflowID>, isVolatile: Bool) {
        for write in batch where !taken.contains(write.id) && !isOver {
            if write.isNew { begin(write, isVolatile: isVolatile) }
            // Taken out, so that what changes is not copied.
            guard var run = runs.removeValue(forKey: write.id) else {
                fail("\(write.id): entries of a run that was never created")
                continue
            }
            if let summary = write.summary { run.summary = summary }
            for entry in write.entries { add(entry, to: &run, write.id) }
            runs[write.id] = run
        }
    }

    /// A node has written of some runs.
    func written(_ ids: [WorkflowID], by node: String, whose shards: ShardSet) {
        if isOver { return }
        for id in ids { require(shards.contains(Shard(of: id)), id, "written by \(node), which does not own it") }
    }

    /// The server has gone, and with it what it had in memory.
    func forgetMemory() {
        runs = runs.filter { !$0.value.isVolatile }
    }

    private func begin(_ write: WorkflowWrite, isVolatile: Bool) {
        guard let summary = write.summary else { return fail("\(write.id): created without a summary") }
        var run = Run(summary: summary, isVolatile: isVolatile)
        if let former = runs[write.id] {
            require(write.replaces != .nothing, write.id, "created twice")
            if write.replaces == .any, former.outcome == nil {
                run.generation = former.generation + 1
                run.epoch = former.epoch
                run.signals = former.signals
                run.consumed = former.consumed
                check(write.entries, continue: former, write.id)
            } else {
                require(former.outcome != nil, write.id, "replaced while it was open")
            }
        }
        runs[write.id] = run
    }

    /// What was sent and not taken, and that it is to end, goes with a run that continues as new.
    private func check(_ entries: [JournalEntry], continue former: Run, _ id: WorkflowID) {
        var signals: Set<String> = []
        for case .signalReceived(let signal) in entries.map(\.event) { signals.insert(signal.id) }
        let lost = former.signals.subtracting(former.consumed).subtracting(signals)
        require(lost.isEmpty, id, "continued as new without signals \(lost.sorted())")
        let wasCancelled = former.entries.contains { $0.event == .cancelRequested }
        require(!wasCancelled || entries.contains { $0.event == .cancelRequested }, id, "continued, and not cancelled")
    }

    func deleted(_ ids: Set<WorkflowID>) {
        for id in ids {
            require(runs[id]?.outcome != nil, id, "deleted while it was open")
            runs[id] = nil
        }
    }

    private func add(_ entry: JournalEntry, to run: inout Run, _ id: WorkflowID) {
        require(
            entry.sequence == UInt64(run.entries.count) + 1, id, "entry \(entry.sequence) after \(run.entries.count)")
        require(run.outcome == nil, id, "entry \(entry.sequence) after the end")
        if let last = run.entries.last { require(entry.time >= last.time, id, "time goes back at \(entry.sequence)") }
        if entry.record > 0 {
            require(run.lease != nil, id, "record \(entry.record) without a lease")
            require(entry.record > run.lastRecord, id, "record \(entry.record) after \(run.lastRecord)")
            run.lastRecord = entry.record
        }
        if let key = entry.event.outcomeKey {
            require(
                run.outcomes[key] == nil, id, "\(key) has two outcomes: \(run.outcomes[key] ?? 0), \(entry.sequence)")
            run.outcomes[key] = entry.sequence
        }
        follow(entry, &run, id)
        run.entries.append(entry)
        newestTime = max(newestTime, entry.time)
    }

    private func follow(_ entry: JournalEntry, _ run: inout Run, _ id: WorkflowID) {
        switch entry.event {
        case .started(let start):
            if let continuation = start.continuation {
                require(continuation.epoch == run.epoch, id, "continues epoch \(continuation.epoch) of \(run.epoch)")
            }
        case .assigned(_, let epoch):
            require(run.lease == nil, id, "leased twice: \(run.lease ?? 0) and \(epoch)")
            require(epoch == run.epoch + 1, id, "epoch \(epoch) after \(run.epoch)")
            (run.epoch, run.lease, run.lastRecord) = (epoch, epoch, 0)
        case .released(let epoch, _), .blocked(let epoch, _):
            require(run.lease == epoch, id, "lease \(epoch) ends, which is not \(run.lease ?? 0)")
            run.lease = nil
            if !mayBlock, case .blocked(_, let blockage) = entry.event { fail("\(id): blocked: \(blockage)") }
        case .timerStarted(let key, let fireAt):
            run.due[key] = fireAt
        case .signalAwaited(let key, _, let deadline):
            run.due[key] = deadline
        case .timerFired(let key):
            let due = run.due[key]
            require(due.map { $0 <= entry.time } ?? false, id, "\(key) fires at \(entry.time), due \(due as Any)")
        case .childStarted(let key, let child):
            run.children[key] = child.id
        case .childClosed(let key, let outcome):
            guard let child = run.children[key] else { return fail("\(id): \(key) closed, but never started") }
            if let known = runs[child], known.outcome != nil || !known.isVolatile {
                require(known.outcome == outcome, id, "hears of \(child): \(outcome), which is \(known.outcome as Any)")
            }
        case .activityStarted(let key, let attempt, _):
            require(run.attempts[key] == nil, id, "attempt \(attempt) at \(key) beside \(run.attempts[key] ?? 0)")
            run.attempts[key] = attempt
        case .activityCompleted(let key, let attempt, _), .activityAttemptFailed(let key, let attempt, _, _, _):
            require(
                run.attempts.removeValue(forKey: key) == attempt, id, "attempt \(attempt) at \(key) is not under way")
        case .activityFailed(let key, _, _):
            run.attempts[key] = nil
        case .stepCompleted(let key, let result):
            require(produced.contains(String(decoding: result, as: UTF8.self)), id, "\(key) has a result of nobody's")
        case .signalReceived(let signal):
            // What continues as new brings its signals along, but for those consumed.
            require(!run.consumed.contains(signal.id), id, "signal \(signal.id) comes again")
            let isFirst = run.signals.insert(signal.id).inserted
            require(isFirst || run.generation > 0, id, "signal \(signal.id) is received twice")
        case .signalConsumed(_, let sequence):
            guard case .signalReceived(let signal)? = run.entries.at(sequence)?.event else {
                return fail("\(id): consumes entry \(sequence), which is no signal")
            }
            require(run.consumed.insert(signal.id).inserted, id, "signal \(signal.id) is consumed twice")
        case .cancelRequested:
            require(isCancelWanted(id, run), id, "is cancelled, and nobody asked for it")
        case .closed(let outcome):
            run.outcome = outcome
            run.lease = nil
        default:
            break
        }
    }

    /// A client wanted it, or the end of the parent, or of the parent's interest.
    private func isCancelWanted(_ id: WorkflowID, _ run: Run) -> Bool {
        guard case .started(let start)? = run.entries.first?.event, let parent = start.parent else {
            return cancelled.contains(id.rawValue)
        }
        if run.generation > 0 { return true }
        guard let known = runs[parent.workflow], case .started(let now)? = known.entries.first?.event else {
            // It was in memory. As long as its own parent waits for it, it comes back.
            return !runs.values.contains { $0.awaits(parent.workflow) }
        }
        if now.seed != parent.seed || known.outcome != nil { return true }
        return known.entries.contains { $0.event == .operationCancelled(key: parent.key) }
    }

    /// A client is about to ask for the end of a run.
    func wantsCancel(of id: String) {
        cancelled.insert(id)
    }

    // MARK: Steps

    /// A step's closure begins, in a run that a worker has under an epoch.
    func stepBegins(_ key: OperationKey, of id: WorkflowID, epoch: UInt64) {
        executions["\(id) \(key)", default: 0] += 1
        guard let run = runs[id], let outcome = run.outcomes[key] else { return }
        let assigned = run.entries.first { if case .assigned(_, epoch) = $0.event { true } else { false } }
        guard let assigned else { return }
        require(
            assigned.sequence < outcome, id, "\(key) runs again under epoch \(epoch), whose journal has its outcome")
    }

    /// - Returns: a result that no other closure returns.
    func stepReturns() -> Int {
        produced.insert("\(produced.count)")
        return produced.count - 1
    }

    // MARK: Acknowledgements

    func acknowledgeStart(_ id: String) {
        _ = acknowledged(id)
    }

    /// The run of which something is acknowledged.
    private func acknowledged(_ id: String) -> (id: WorkflowID, run: Run)? {
        if isOver { return nil }
        if !isCalm { acknowledged += 1 }
        let id = WorkflowID(rawValue: id)
        guard let run = runs[id] else {
            fail("\(id): something of it is acknowledged, and it is not there")
            return nil
        }
        return (id, run)
    }

    func acknowledgeSignal(_ signal: String, to id: String) {
        guard let (id, run) = acknowledged(id) else { return }
        require(run.signals.contains(signal), id, "signal \(signal) is lost")
    }

    func acknowledgeCancel(of id: String) {
        guard let (id, run) = acknowledged(id) else { return }
        let isRequested = run.entries.contains { if case .cancelRequested = $0.event { true } else { false } }
        require(isRequested || run.outcome != nil, id, "its cancel is lost")
    }

    func acknowledgeEnd(of id: String) {
        guard let (id, run) = acknowledged(id) else { return }
        require(run.outcome != nil, id, "its termination is lost")
    }

    func acknowledgeResult(of id: String, _ result: Aether_V1_WorkflowResult) {
        let outcome = WorkflowOutcome(result.state, payload: Array(result.result), failure: result.failure)
        if let outcome { acknowledgeResult(of: id, outcome) } else { _ = acknowledged(id) }
    }

    func acknowledgeResult(of id: String, _ outcome: WorkflowOutcome) {
        guard let (id, run) = acknowledged(id) else { return }
        require(run.outcome == outcome, id, "ended as \(run.outcome as Any), and says \(outcome)")
    }

    func acknowledgeActivity(_ task: String) {
        guard let task = TaskID(task), let key = task.activity, let (id, run) = acknowledged(task.workflow.rawValue),
            run.outcome == nil, run.entries.contains(where: { $0.event.key == key })
        else { return }
        let isThere = run.entries.contains { entry in
            switch entry.event {
            case .activityCompleted(key, UInt32(task.epoch), _), .activityFailed(key, UInt32(task.epoch), _): true
            case .activityAttemptFailed(key, UInt32(task.epoch), _, _, _): true
            default: false
            }
        }
        require(isThere, id, "what became of \(task) is lost")
    }

    func acknowledge(_ request: AdvanceRequest, _ response: AdvanceResponse) {
        for (report, answer) in zip(request.reports, response.answers) {
            guard case .applied(let places) = answer.acknowledgement, let task = TaskID(report.task),
                let (id, run) = acknowledged(task.workflow.rawValue)
            else { continue }
            require(places.count == report.records.count, id, "\(report.records.count) records, \(places.count) places")
            // Another run may have taken its place since.
            guard !report.records.contains(where: \.beginsAnew), run.generation == 0 else { continue }
            for (record, place) in zip(report.records, places) { check(record, at: place, of: task, run) }
        }
    }

    private func check(_ record: WorkerRecord, at place: RecordPlace, of task: TaskID, _ run: Run) {
        let id = task.workflow
        guard let entry = run.entries.at(place.sequence) else {
            return require(run.summary.tier == .snapshot && record.mayLag, id, "\(record) is lost")
        }
        guard case .stepCompleted(let key, let result) = record, case .stepCompleted(key, result) = entry.event else {
            return
        }
        // It is this very write, for no other returned the same: then its lease was the last before.
        let lease = run.entries.prefix(Int(place.sequence)).reversed().lazy.compactMap { entry -> UInt64? in
            if case .assigned(_, let epoch) = entry.event { epoch } else { nil }
        }.first
        require(lease == task.epoch, id, "\(key) of epoch \(task.epoch) is written under \(lease ?? 0)")
    }
}

extension History.Run {
    /// Whether it is open, and waits for a child.
    fileprivate func awaits(_ child: WorkflowID) -> Bool {
        guard outcome == nil else { return false }
        return children.contains { key, id in
            id == child && outcomes[key] == nil && !entries.contains { $0.event == .operationCancelled(key: key) }
        }
    }
}

extension WorkerRecord {
    fileprivate var beginsAnew: Bool {
        if case .continueAsNew = self { true } else { false }
    }

    /// Whether at the tier `snapshot` it may be acknowledged before it is durable.
    fileprivate var mayLag: Bool {
        switch self {
        case .stepCompleted, .stepResolved, .stepFailed, .stepAttemptFailed: true
        case .startTimer, .startChild, .scheduleActivity, .awaitSignal, .setValue, .setVersion, .cancelOperation,
            .continueAsNew, .close:
            false
        }
    }
}

extension [JournalEntry] {
    fileprivate func at(_ sequence: UInt64) -> JournalEntry? {
        sequence >= 1 && sequence <= UInt64(count) ? self[Int(sequence) - 1] : nil
    }
}
