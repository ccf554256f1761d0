public import AetherRuntime
internal import Synchronization

/// A store that forgets everything with its process: for tier L0, and for tests.
///
/// It is as atomic and as ordered as a durable one. Any number of tasks may use it at once; no call waits for I/O.
public final class MemoryStore: WorkflowStore {
    private let state = Mutex(MemoryState())

    /// Makes an empty store.
    public init() {}

    public func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        try withState { (state) throws(StoreError) in try state.commit(batch) }
    }

    /// Forgets workflows, open or not.
    package func forget(_ isToGo: @Sendable (WorkflowID) -> Bool) {
        state.withLock { state in
            for id in state.records.keys.filter(isToGo) { state.remove(id) }
        }
    }

    public func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try withState { (state) throws(StoreError) in state.records[id]?.summary }
    }

    public func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) async throws(StoreError) -> [WorkflowID: StoredWorkflow] {
        try withState { (state) throws(StoreError) in
            var found: [WorkflowID: StoredWorkflow] = [:]
            for id in ids {
                guard let record = state.records[id] else { continue }
                found[id] = StoredWorkflow(summary: record.summary, entries: Array(record.entries.prefix(limit)))
            }
            return found
        }
    }

    public func journal(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(StoreError) -> [JournalEntry] {
        try withState { (state) throws(StoreError) in
            guard let entries = state.records[id]?.entries, after < UInt64(entries.count) else { return [] }
            return Array(entries[Int(after)...].prefix(limit))
        }
    }

    public func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try withState { (state) throws(StoreError) in state.records[id]?.entries.last }
    }

    public func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try withState { (state) throws(StoreError) in
            state.index.list(filter, after: cursor, limit: limit).compactMap { state.records[$0]?.summary }
        }
    }

    public func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try withState { (state) throws(StoreError) in state.index.types(prefix: prefix, limit: limit) }
    }

    public func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try withState { (state) throws(StoreError) in state.index.openWorkflows(after: after, limit: limit) }
    }

    public func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try withState { (state) throws(StoreError) in state.index.dueWorkflows(before: instant, limit: limit) }
    }

    public func nextWake() async throws(StoreError) -> Timestamp? {
        try withState { (state) throws(StoreError) in state.index.nextWake }
    }

    public func counts() async throws(StoreError) -> WorkflowCounts {
        try withState { (state) throws(StoreError) in state.index.counts }
    }

    public func closedBytes() async throws(StoreError) -> ClosedBytes {
        try withState { (state) throws(StoreError) in state.closedBytes }
    }

    public func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        guard state.isTerminal else { return [] }
        return try withState { (memory) throws(StoreError) in
            memory.index.oldest(state, after: cursor, limit: limit).compactMap { id in
                memory.records[id].map { ClosedWorkflow(summary: $0.summary, bytes: $0.bytes) }
            }
        }
    }

    public func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        try withState { (state) throws(StoreError) in state.delete(ids) }
    }

    public func probe() async throws(StoreError) {
        try withState { (_) throws(StoreError) in }
    }

    public func close() async {
        state.withLock { $0 = MemoryState(isClosed: true) }
    }

    /// What the store has written since it was made; ``StoreStatistics/bytes`` stays 0, because nothing is encoded.
    public func statistics() -> StoreStatistics {
        state.withLock { $0.statistics }
    }

    private func withState<Value: Sendable>(
        _ body: (inout MemoryState) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try state.withLock { (state) throws(StoreError) in
            guard !state.isClosed else { throw StoreError(code: .closed, message: "the memory store is closed") }
            return try body(&state)
        }
    }
}
