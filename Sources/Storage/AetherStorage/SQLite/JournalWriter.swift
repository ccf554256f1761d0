internal import AetherRuntime

/// The one writer of a database, on a thread of its own: a batch costs its caller one hop.
actor JournalWriter {
    private let path: String
    private let configuration: SQLiteStore.Configuration
    nonisolated let thread: DedicatedThread
    private let heads: HeadTable
    private let state: WriterState
    private let checkpointer: LogCheckpointer
    private var lock: DatabaseLock?
    private var database: WriterDatabase?
    /// Waits for the next round of head writing; `nil` while there is nothing to write. It holds the writer weakly, ends
    /// after one round, and is cancelled by ``close()``.
    private var headTimer: Task<Void, Never>?
    /// Whether anything was committed since the last tick.
    private var hasWritten = false
    private var isWritingHeads = false
    private var isRoundRequested = false
    private static let headsPerSlice = 1_000
    /// Copies the log into the database; ``close()`` waits for it.
    private var checkpoint: Task<Void, Never>?

    init(path: String, configuration: SQLiteStore.Configuration, heads: HeadTable, state: WriterState) {
        self.path = path
        self.configuration = configuration
        self.heads = heads
        self.state = state
        thread = DedicatedThread(name: "aether-writer")
        checkpointer = LogCheckpointer(path: path)
    }

    deinit {
        thread.stop()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Takes the database's lock, brings its tables up to date and mends what a crash left.
    ///
    /// - Returns: which life the database is in.
    func open() throws(StoreError) -> UInt64 {
        let lock = try DatabaseLock(database: path)
        try configuration.schema.prepare(path: path)
        let database = try WriterDatabase(path: path, heads: heads, maximumPages: configuration.maximumPages)
        database.stopwatch = configuration.synced.map { SyncStopwatch(clock: configuration.clock, report: $0) }
        note(database)
        self.lock = lock
        self.database = database
        return database.incarnation
    }

    func commit(_ batch: [WorkflowWrite]) throws(StoreError) -> Set<WorkflowID> {
        let database = try opened()
        let result = try database.commit(batch)
        note(database)
        state.update { values in
            values.statistics.commits += 1
            values.statistics.entries += result.entries
            values.statistics.bytes += result.bytes
        }
        hasWritten = true
        if isRoundDue { requestRound() } else { startHeadTimer() }
        startCheckpoint()
        return result.leftOut
    }

    func delete(_ ids: [WorkflowID]) throws(StoreError) -> Set<WorkflowID> {
        let database = try opened()
        let deleted = try database.delete(ids)
        note(database)
        startCheckpoint()
        return deleted
    }

    func probe() throws(StoreError) {
        try opened().probe()
    }

    /// Writes the lagging heads, a slice at a time so that commits get in between.
    func writeHeads() async {
        guard let database, !isWritingHeads else { return }
        isWritingHeads = true
        defer { isWritingHeads = false }
        let last = database.lastRow
        let places = heads.placesAhead()
        do throws(StoreError) {
            for first in stride(from: 0, to: places.count, by: Self.headsPerSlice) {
                try opened().write(places[first..<min(first + Self.headsPerSlice, places.count)])
                await Task.yield()
            }
            try opened().finishRound(places, upTo: last)
        } catch {
            // It fails where commits fail, and they report it; the next round tries again.
        }
    }

    /// What the timer does: nothing yet while commits go on, because a head that changes again soon is not worth
    /// writing, unless the tail behind the written heads has grown long.
    private func tick() async {
        headTimer = nil
        isRoundRequested = false
        let isQuiet = !hasWritten
        hasWritten = false
        if isQuiet || isRoundDue { await writeHeads() }
        startHeadTimer()
    }

    /// Whether lagging heads are to be written even though commits go on.
    private var isRoundDue: Bool {
        guard let database, !isWritingHeads else { return false }
        return heads.count >= configuration.maximumHeads
            || database.lastRow - database.mended >= Int64(configuration.maximumTail)
    }

    private func requestRound() {
        guard !isRoundRequested else { return }
        isRoundRequested = true
        headTimer?.cancel()
        // Ends with its round; `close()` does not wait for it, because every slice is a transaction of its own.
        headTimer = Task { [weak self] in await self?.tick() }
    }

    func limitPages(_ count: Int) throws(StoreError) {
        _ = try opened().connection.value("PRAGMA max_page_count = \(count)")
    }

    func pragma(_ name: SQLText) throws(StoreError) -> String {
        try opened().connection.value("PRAGMA \(name)")
    }

    var isWaitingToWriteHeads: Bool { headTimer != nil }

    func close() async {
        headTimer?.cancel()
        headTimer = nil
        guard let closing = database else { return }
        database = nil
        state.update { $0.isClosed = true }
        await checkpoint?.value
        await checkpointer.close()
        // What can't be written now is mended by the next one to open the file.
        try? closing.writeHeads()
        closing.connection.close()
        lock = nil
        thread.stop()
    }

    private func note(_ database: WriterDatabase) {
        state.update { values in
            values.counts = database.counts
            values.closedBytes = database.bytes
        }
    }

    private func opened() throws(StoreError) -> WriterDatabase {
        guard let database else {
            throw StoreError(code: .closed, message: "the database \(path) is closed")
        }
        return database
    }

    private func startHeadTimer() {
        guard headTimer == nil, !isWritingHeads, let database else { return }
        guard database.lastRow > database.mended || !heads.isEmpty else { return }
        let (clock, interval) = (configuration.clock, configuration.headInterval)
        headTimer = Task { [weak self] in
            guard (try? await clock.sleep(for: interval)) != nil else { return }
            await self?.tick()
        }
    }

    private func startCheckpoint() {
        guard checkpoint == nil, let database else { return }
        guard database.connection.pagesInLog >= configuration.checkpointPages else { return }
        checkpoint = Task { [weak self, checkpointer] in
            await checkpointer.run()
            await self?.finishCheckpoint()
        }
    }

    /// Copies what commits added to the log while the checkpoint ran: once nothing is left to copy, the next commit
    /// begins the log anew instead of letting it grow.
    private func finishCheckpoint() {
        checkpoint = nil
        _ = try? database?.connection.checkpointLog()
    }
}
