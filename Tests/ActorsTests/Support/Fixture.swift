import AetherRuntime
import AetherStorage

/// Journals as a former engine left them.
enum Fixture {
    /// A run that a worker has, with steps recorded.
    static func leasedRun(
        _ id: String, to worker: String, isPlain: Bool = false, records: [String], isCancelRequested: Bool = false,
        in store: MemoryStore
    ) async throws -> TaskID {
        let now = Timestamp(rawValue: 1)
        let identity = WorkerIdentity(id: worker, isPlain: isPlain)
        var (execution, decision) = WorkflowExecution.create(id: WorkflowID(rawValue: id), start: start, at: now)
        var entries = decision.entries
        entries += try execution.handle(.assign(identity), at: now).entries
        let reported = records.map(WorkerRecord.step)
        entries += try execution.handle(.advance(epoch: 1, firstRecord: 1, records: reported), at: now).entries
        if isCancelRequested { entries += try execution.handle(.cancel, at: now).entries }
        try await write(execution, entries, to: store)
        return TaskID(workflow: execution.id, epoch: 1)
    }

    static func pendingRun(_ id: String, in store: MemoryStore) async throws {
        let (execution, decision) = WorkflowExecution.create(
            id: WorkflowID(rawValue: id), start: start, at: Timestamp(rawValue: 1))
        try await write(execution, decision.entries, to: store)
    }

    /// A run "parent" that waits for its child "child", which may have ended without the parent having heard of it.
    static func family(childHasEnded: Bool, in store: MemoryStore) async throws {
        let now = Timestamp(rawValue: 1)
        let key = OperationKey(scope: "", kind: "child", name: "order", occurrence: 1)
        let call = ChildStart(id: WorkflowID(rawValue: "child"), type: "order", input: [0x31])
        var (parent, decision) = WorkflowExecution.create(id: WorkflowID(rawValue: "parent"), start: start, at: now)
        var entries = decision.entries
        entries += try parent.handle(.assign(WorkerIdentity(id: "gone", isPlain: false)), at: now).entries
        let records = [WorkerRecord.startChild(key: key, call)]
        entries += try parent.handle(.advance(epoch: 1, firstRecord: 1, records: records), at: now).entries
        try await write(parent, entries, to: store)
        var childStart = start
        childStart.parent = ParentLink(workflow: parent.id, seed: start.seed, key: key, closePolicy: .cancel)
        var (child, childDecision) = WorkflowExecution.create(id: call.id, start: childStart, at: now)
        let childEntries =
            childHasEnded ? try childDecision.entries + child.handle(.cancel, at: now).entries : childDecision.entries
        try await write(child, childEntries, to: store)
    }

    private static let start = WorkflowStart(type: "order", input: [0x31], tier: .stateActionLog, seed: 7)

    private static func write(
        _ execution: WorkflowExecution, _ entries: [JournalEntry], to store: MemoryStore
    ) async throws {
        let summary = WorkflowSummary(
            id: execution.id, type: execution.start.type, tier: execution.start.tier, state: execution.state,
            createdAt: execution.createdAt, startedAt: execution.startedAt, completedAt: execution.closedAt)
        _ = try await store.commit([WorkflowWrite(id: execution.id, summary: summary, isNew: true, entries: entries)])
    }
}
