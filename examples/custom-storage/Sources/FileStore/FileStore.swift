import AetherRuntime
import AetherStorage
import Dispatch
import Foundation

/// A store that appends all it is given to one file, and keeps it in memory to be read.
///
/// What was accepted is read back when the store is opened. There is no more to it: everything a server has has to fit in its
/// memory, and the file only grows. For that it is short enough to be read before one writes a store for a database of one's own.
public actor FileStore: WorkflowStore {
    let path: String
    private let log: LogFile
    private let memory: MemoryStore
    /// Writes block this thread, and none that others need.
    private let queue = FileQueue()

    public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Opens a file; makes it if it isn't there.
    ///
    /// - Throws: `StoreError`: `inUse` when another process has it, `inaccessible`, `corrupt`.
    public init(path: String) async throws(StoreError) {
        self.path = path
        log = try LogFile(path: path)
        memory = MemoryStore()
        for record in try log.records() {
            // What the memory refused when it was written, it refuses again: its answers depend on nothing else.
            switch record {
            case .commit(let batch): _ = try? await memory.commit(batch.map { try $0.write })
            case .delete(let ids): _ = try? await memory.delete(ids.map(WorkflowID.init(rawValue:)))
            }
        }
    }

    public func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        try log.append(.commit(batch.map(StoredWrite.init)))
        return try await memory.commit(batch)
    }

    public func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        try log.append(.delete(ids.map(\.rawValue)))
        return try await memory.delete(ids)
    }

    public func probe() async throws(StoreError) {
        try log.probe()
    }

    public func close() async {
        log.close()
        await memory.close()
    }

    // MARK: Reads

    public nonisolated func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try await memory.summary(of: id)
    }

    public nonisolated func journal(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(StoreError) -> [JournalEntry] {
        try await memory.journal(of: id, after: after, limit: limit)
    }

    public nonisolated func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try await memory.lastEntry(of: id)
    }

    public nonisolated func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await memory.list(filter, after: cursor, limit: limit)
    }

    public nonisolated func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await memory.types(prefix: prefix, limit: limit)
    }

    public nonisolated func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await memory.openWorkflows(after: after, limit: limit)
    }

    public nonisolated func dueWorkflows(
        before instant: Timestamp, limit: Int
    ) async throws(StoreError) -> [WorkflowID] {
        try await memory.dueWorkflows(before: instant, limit: limit)
    }

    public nonisolated func nextWake() async throws(StoreError) -> Timestamp? { try await memory.nextWake() }

    public nonisolated func counts() async throws(StoreError) -> WorkflowCounts { try await memory.counts() }

    public nonisolated func closedBytes() async throws(StoreError) -> ClosedBytes { try await memory.closedBytes() }

    public nonisolated func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        try await memory.closedWorkflows(state, after: cursor, limit: limit)
    }
}

/// Where a store's writes block.
private final class FileQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "file-store")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
