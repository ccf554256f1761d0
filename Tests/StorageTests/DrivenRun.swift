import AetherRuntime
import AetherStorage

/// A run with the journal that an engine would write of it.
struct DrivenRun {
    private(set) var execution: WorkflowExecution
    private(set) var entries: [JournalEntry]
    private var written = 0
    private var records: UInt64 = 0

    init(_ id: String, tier: PersistenceTier = .stateActionLog, parent: ParentLink? = nil) {
        let start = WorkflowStart(
            type: "order", input: Array("1".utf8), tier: tier, seed: 7, parent: parent)
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: id), start: start, at: Timestamp(rawValue: 1_000))
        self.execution = execution
        entries = decision.entries
    }

    mutating func handle(_ event: WorkflowEvent, at time: Int64 = 1_000) throws {
        entries += try execution.handle(event, at: Timestamp(rawValue: time)).entries
    }

    mutating func assign() throws {
        try handle(.assign(WorkerIdentity(id: "w", isPlain: false)))
        records = 0
    }

    mutating func report(_ new: WorkerRecord...) throws {
        try handle(.advance(epoch: execution.epoch, firstRecord: records + 1, records: new))
        records += UInt64(new.count)
    }

    mutating func evict() throws {
        try handle(.evict(epoch: execution.epoch, seen: execution.lastSequence))
    }

    mutating func release() throws {
        try handle(.loseLease(epoch: execution.epoch, .workerGone))
    }

    /// What is not written yet; as a run that leaves memory, if it is passive.
    mutating func write(isPassive: Bool = false) -> WorkflowWrite {
        defer { written = entries.count }
        var summary = WorkflowSummary(
            id: execution.id, type: execution.start.type, tier: execution.start.tier, state: execution.state,
            createdAt: execution.createdAt, startedAt: execution.startedAt, completedAt: execution.closedAt)
        if isPassive {
            summary.isPassive = true
            summary.wakeAt = execution.nextDeadline
        }
        return WorkflowWrite(
            id: execution.id, summary: summary, isNew: written == 0, entries: Array(entries[written...]))
    }

    static func key(_ kind: String, _ name: String = "", _ occurrence: Int = 1) -> OperationKey {
        OperationKey(scope: "", kind: kind, name: name, occurrence: occurrence)
    }
}

extension WorkerRecord {
    static func step(_ name: String, _ size: Int = 1) -> WorkerRecord {
        .stepCompleted(key: DrivenRun.key("step", name), result: Array(repeating: 0x31, count: size))
    }

    static func sleep(_ milliseconds: Int64, _ occurrence: Int = 1) -> WorkerRecord {
        .startTimer(key: DrivenRun.key("sleep", "", occurrence), .after(milliseconds: milliseconds))
    }
}

/// Runs in the states that a database may have them in.
enum SampleRuns {
    /// Writes: `closed`, of seven entries; `leased`; `pending`; `asleep` until 61000, and `waiting` for a signal after a timer
    /// that fired at 2000, both out of memory; `parent` with `child`, which has ended, as the parent knows.
    static func write(to store: SQLiteStore) async throws {
        var batch: [WorkflowWrite] = []
        var closed = DrivenRun("closed")
        try closed.assign()
        try closed.report(.step("a"))
        try closed.release()
        try closed.assign()
        try closed.report(.step("b"), .close(.completed([0x31])))
        batch.append(closed.write())

        var leased = DrivenRun("leased")
        try leased.assign()
        batch.append(leased.write())

        var pending = DrivenRun("pending")
        batch.append(pending.write())

        var asleep = DrivenRun("asleep")
        try asleep.assign()
        try asleep.report(.sleep(60_000))
        try asleep.evict()
        batch.append(asleep.write(isPassive: true))

        var waiting = DrivenRun("waiting")
        try waiting.assign()
        try waiting.report(.sleep(1_000))
        try waiting.handle(.wake, at: 2_000)
        try waiting.report(.awaitSignal(key: DrivenRun.key("signal", "go"), name: "go", timeoutMilliseconds: nil))
        try waiting.evict()
        batch.append(waiting.write(isPassive: true))

        let key = DrivenRun.key("child", "order")
        var parent = DrivenRun("parent")
        try parent.assign()
        try parent.report(
            .startChild(key: key, ChildStart(id: WorkflowID(rawValue: "child"), type: "order", input: [])))
        let link = ParentLink(workflow: parent.execution.id, seed: 7, key: key, closePolicy: .cancel)
        var child = DrivenRun("child", parent: link)
        try child.assign()
        try child.report(.close(.completed([0x31])))
        try parent.handle(.closeChild(key, .completed([0x31])))
        batch += [parent.write(), child.write()]
        _ = try await store.commit(batch)
        // Without a summary: the head of its row lags.
        try leased.report(.step("a"))
        var lagging = leased.write()
        lagging.summary = nil
        _ = try await store.commit([lagging])
    }
}
