public import AetherRuntime
internal import Foundation
internal import GRDB

/// A store in one SQLite file: what it has committed survives the server and the machine's power.
///
/// Every ``commit(_:)`` is one transaction in write-ahead mode with `synchronous = FULL`, so it returns after an
/// `fsync`. One server at a time owns a file; other programs may read it meanwhile.
///
/// The journal is a log without indexes, in which each entry refers to its workflow's entry before (see
/// `DatabaseSchema`): that is what makes appending for 100,000 interleaved workflows cheap. Reading a journal walks
/// these references from the last entry; reading it in pages walks them once.
public final class SQLiteStore: WorkflowStore {
    /// The file, absolute and behind symbolic links.
    public let path: String
    private let writer: JournalWriter
    private let reader: DatabasePool
    private let heads: HeadTable
    private let state: WriterState
    private let chains: ChainCache
    public let incarnation: UInt64

    /// Opens a database, creating the file and its directory when they are missing. A file of an older version is
    /// migrated in one transaction, and what a crash left behind is set right.
    ///
    /// - Parameters:
    ///   - path: the database file, absolute or relative to the working directory. `<path>.lock`, `-wal` and `-shm` lie
    ///     beside it.
    ///   - configuration: how it works.
    /// - Throws: ``StoreError``: `inUse` when another server has it, `newerVersion` when a newer server wrote it,
    ///   `corrupt` when it is no Aether database or damaged, `inaccessible` when it can't be read and written.
    public init(path: String, configuration: Configuration = Configuration()) async throws(StoreError) {
        let file = try Self.locate(path)
        let heads = HeadTable()
        let state = WriterState()
        let writer = JournalWriter(path: file, configuration: configuration, heads: heads, state: state)
        incarnation = try await writer.open()
        do {
            var options = GRDB.Configuration()
            options.readonly = true
            options.maximumReaderCount = max(1, configuration.maximumReaders)
            reader = try DatabasePool(path: file, configuration: options)
        } catch {
            await writer.close()
            throw StoreError(code: .inaccessible, message: "can't read the database \(file): \(error)")
        }
        self.path = file
        self.writer = writer
        self.heads = heads
        self.state = state
        chains = ChainCache()
    }

    public var committer: (any SerialExecutor & TaskExecutor)? { writer.thread }

    public func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        try await writer.commit(batch)
    }

    public func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try await read { (query) throws(StoreError) in try query.summary(of: id) }
    }

    public func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) async throws(StoreError) -> [WorkflowID: StoredWorkflow] {
        let places = ids.map { heads[$0] }
        let chains = chains
        return try await read { (query) throws(StoreError) in
            var found: [WorkflowID: StoredWorkflow] = [:]
            for (id, place) in zip(ids, places) {
                guard let summary = try query.summary(of: id) else { continue }
                let entries = limit > 0 ? try query.journal(of: id, from: place, after: 0, limit: limit, chains) : []
                found[id] = StoredWorkflow(summary: summary, entries: entries)
            }
            return found
        }
    }

    public func journal(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(StoreError) -> [JournalEntry] {
        // The head first: whatever the reading transaction sees then reaches at least to it.
        let place = heads[id]
        let chains = chains
        return try await read { (query) throws(StoreError) in
            try query.journal(of: id, from: place, after: after, limit: limit, chains)
        }
    }

    public func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        let place = heads[id]
        return try await read { (query) throws(StoreError) in try query.lastEntry(of: id, from: place) }
    }

    /// The time of the entry that was committed last, of whichever workflow; `nil` when there is none.
    public func newestTime() async throws(StoreError) -> Timestamp? {
        try await read { (query) throws(StoreError) in try query.newestTime() }
    }

    public func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await read { (query) throws(StoreError) in try query.list(filter, after: cursor, limit: limit) }
    }

    public func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await read { (query) throws(StoreError) in try query.types(prefix: prefix, limit: limit) }
    }

    public func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await read { (query) throws(StoreError) in try query.openWorkflows(after: after, limit: limit) }
    }

    public func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await read { (query) throws(StoreError) in try query.dueWorkflows(before: instant, limit: limit) }
    }

    public func nextWake() async throws(StoreError) -> Timestamp? {
        try await read { (query) throws(StoreError) in try query.nextWake() }
    }

    public func counts() async throws(StoreError) -> WorkflowCounts {
        let current = state.current
        guard !current.isClosed else { throw closedError }
        return current.counts
    }

    public func closedBytes() async throws(StoreError) -> ClosedBytes {
        let current = state.current
        guard !current.isClosed else { throw closedError }
        return current.closedBytes
    }

    public func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        guard state.isTerminal else { return [] }
        return try await read { (query) throws(StoreError) in
            try query.closedWorkflows(state, after: cursor, limit: limit)
        }
    }

    /// Forgets closed workflows with their entries, all of them in one transaction: hand in some hundred at a time.
    ///
    /// - Throws: ``StoreError``; nothing is deleted then.
    public func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        let deleted = try await writer.delete(ids)
        chains.forget(deleted)
        return deleted
    }

    public func probe() async throws(StoreError) {
        try await writer.probe()
    }

    public func close() async {
        state.update { $0.isClosed = true }
        // Readers first: the last connection to close folds the log into the database, and readers can't.
        try? reader.close()
        await writer.close()
    }

    /// What the store has written since it was opened.
    public func statistics() -> StoreStatistics {
        state.current.statistics
    }

    /// Changes ``Configuration/maximumPages`` of an open store.
    package func limitPages(_ count: Int) async throws(StoreError) {
        try await writer.limitPages(count)
    }

    /// The value of one of SQLite's settings on the writer's connection.
    func pragma(_ name: SQLText) async throws(StoreError) -> String {
        try await writer.pragma(name)
    }

    /// Writes the lagging heads, as happens after ``Configuration/headInterval``.
    package func writeHeads() async {
        await writer.writeHeads()
    }

    /// Whether the clock is waited for to write lagging heads.
    package func isWaitingToWriteHeads() async -> Bool {
        await writer.isWaitingToWriteHeads
    }

    private var closedError: StoreError { StoreError(code: .closed, message: "the database \(path) is closed") }

    /// Runs a query in a reading transaction, off the caller's thread. A query under way is not cancelled with its task.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (ReadQuery) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        guard !state.current.isClosed else { throw closedError }
        let context = SQLContext(path: path, purpose: .reading)
        let reader = reader
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            reader.asyncRead { database in
                let result: Result<Value, StoreError>
                do throws(StoreError) {
                    result = .success(try body(try ReadQuery(database, context)))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// The file a path names, behind symbolic links, so that one file has one lock; its directory is made.
    static func locate(_ path: String) throws(StoreError) -> String {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let directory = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw StoreError(
                code: .inaccessible,
                message: "can't make the directory \(directory.path) for the database: \(error.localizedDescription)")
        }
        return file.path
    }
}
