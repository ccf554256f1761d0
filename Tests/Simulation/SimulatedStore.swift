import AetherRuntime
import AetherStorage

/// Where entries end up: one disk survives every crash of the server, and each server has one that doesn't, its memory.
///
/// Unchecked for the reason of ``Scheduler``.
final class Disk: @unchecked Sendable {
    let memory = MemoryStore()
    /// Whether it refuses writes.
    var isBroken = false
    /// Whether it is a server's memory: nothing goes wrong there, and nothing takes time.
    let isVolatile: Bool

    init(isVolatile: Bool) {
        self.isVolatile = isVolatile
    }
}

/// A server's way to the disk: every commit takes its time, and may fail, or be cut off by the server's end, before or after
/// it is written.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedStore: WorkflowStore, @unchecked Sendable {
    private let disk: Disk
    private let machine: Machine
    private let world: World
    private var isClosed = false

    init(_ disk: Disk, on machine: Machine, of world: World) {
        self.disk = disk
        self.machine = machine
        self.world = world
    }

    var committer: (any SerialExecutor & TaskExecutor)? { disk.isVolatile ? nil : machine }

    /// The server is gone: what it still has in hand reaches nobody.
    func cutOff() {
        isClosed = true
    }

    func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        try await take(commitTime)
        if disk.isBroken || !disk.isVolatile && world.faults.commitFails() {
            world.trace("commit of \(batch.count) fails")
            throw StoreError(code: .unwritable, message: "the disk is full")
        }
        let taken = try await disk.memory.commit(batch)
        world.history.written(batch, except: taken, isVolatile: disk.isVolatile)
        try await take(commitTime)
        return taken
    }

    /// Of each half of a commit, before and after it is written; in milliseconds.
    private var commitTime: Int64 { disk.isVolatile ? 0 : world.faults.commitTime() }

    private func take(_ milliseconds: Int64) async throws(StoreError) {
        try refuseIfClosed()
        // A commit under way is not taken back when who waits for it is cancelled.
        if milliseconds > 0 { try? await world.scheduler.sleep(milliseconds) }
        try refuseIfClosed()
    }

    private func refuseIfClosed() throws(StoreError) {
        if isClosed { throw StoreError(code: .closed, message: "the server is gone") }
    }

    private func read<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        try refuseIfClosed()
        if !disk.isVolatile, world.faults.readFails() { throw StoreError(code: .inaccessible, message: "a bad sector") }
        return try await body()
    }

    func probe() async throws(StoreError) {
        try refuseIfClosed()
        if disk.isBroken { throw StoreError(code: .unwritable, message: "the disk is full") }
    }

    func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try await read { () async throws(StoreError) in try await disk.memory.summary(of: id) }
    }

    func journal(of id: WorkflowID, after: UInt64, limit: Int) async throws(StoreError) -> [JournalEntry] {
        try await read { () async throws(StoreError) in
            try await disk.memory.journal(of: id, after: after, limit: limit)
        }
    }

    func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try await read { () async throws(StoreError) in try await disk.memory.lastEntry(of: id) }
    }

    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await read { () async throws(StoreError) in
            try await disk.memory.list(filter, after: cursor, limit: limit)
        }
    }

    func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await read { () async throws(StoreError) in try await disk.memory.types(prefix: prefix, limit: limit) }
    }

    func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await read { () async throws(StoreError) in
            try await disk.memory.openWorkflows(after: after, limit: limit)
        }
    }

    func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await read { () async throws(StoreError) in
            try await disk.memory.dueWorkflows(before: instant, limit: limit)
        }
    }

    func nextWake() async throws(StoreError) -> Timestamp? {
        try await read { () async throws(StoreError) in try await disk.memory.nextWake() }
    }

    func counts() async throws(StoreError) -> WorkflowCounts {
        try await read { () async throws(StoreError) in try await disk.memory.counts() }
    }

    func closedBytes() async throws(StoreError) -> ClosedBytes {
        try await read { () async throws(StoreError) in try await disk.memory.closedBytes() }
    }

    func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        try await read { () async throws(StoreError) in
            try await disk.memory.closedWorkflows(state, after: cursor, limit: limit)
        }
    }

    func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        try await take(commitTime)
        if disk.isBroken { throw StoreError(code: .unwritable, message: "the disk is full") }
        let gone = try await disk.memory.delete(ids)
        world.history.deleted(gone)
        return gone
    }

    func close() async {
        isClosed = true
    }
}
