internal import AetherRuntime

/// The database as its one writer sees it: the connection, its statements, and what the writer knows without asking.
///
/// Not `Sendable`: it lives on the writer's thread.
final class WriterDatabase {
    let connection: SQLConnection
    let context: SQLContext
    let heads: HeadTable
    let statements: WriterStatements
    /// The number of the journal's last row. Rows are numbered here, and a number is never used again, whatever is
    /// deleted: the heads up to ``mended`` would not be right for a row that takes an old number.
    var lastRow: Int64
    /// Up to which journal row all heads in the database are right.
    var mended: Int64
    var counts: WorkflowCounts
    var bytes = ClosedBytes()
    /// Which life the database is in.
    let incarnation: UInt64
    /// Measures what it does; `nil` when nobody wants to know.
    var stopwatch: SyncStopwatch?

    /// Opens a database that has its tables, and sets right the heads that lagged when it was last in use.
    init(path: String, heads: HeadTable, maximumPages: Int?) throws(StoreError) {
        let opening = SQLContext(path: path, purpose: .opening)
        context = SQLContext(path: path, purpose: .writing)
        connection = try SQLConnection(context: context)
        guard !connection.isReadOnly else {
            throw opening.error(0, "the file is write-protected")
        }
        try Self.configure(connection, maximumPages: maximumPages)
        try Self.checkDurability(connection)
        self.heads = heads
        statements = try WriterStatements(connection)
        let row = try connection.prepare(
            """
            SELECT mended, pending, running, bookkeeping.completed, failed, cancelled,
                ifnull((SELECT max(row) FROM journal), 0), incarnation, completed_bytes, failed_bytes, cancelled_bytes
            FROM bookkeeping
            """)
        guard try row.step() else { throw context.corrupt("it has no row of bookkeeping") }
        mended = row.integer(0)
        lastRow = max(row.integer(6), row.integer(0))
        counts = WorkflowCounts()
        for (column, state) in WorkflowState.allCases.enumerated() {
            counts[state] = Int(row.integer(Int32(column + 1)))
        }
        incarnation = UInt64(bitPattern: row.integer(7))
        for (column, state) in Self.endStates.enumerated() { bytes[state] = Int(row.integer(Int32(column + 8))) }
        row.reset()
        if lastRow > mended { try mendHeads() }
    }

    /// Runs statements as one transaction: all or nothing. Whatever goes wrong, also while committing, none of it is
    /// there and the connection is free for the next transaction.
    func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try statements.begin.run()
        do {
            let result = try body()
            try end()
            return result
        } catch {
            // SQLite may have rolled back by itself, depending on the error (https://sqlite.org/lang_transaction.html).
            if connection.isInTransaction { try? statements.rollback.run() }
            throw error
        }
    }

    /// SQLite writes all of the transaction to its log here, and syncs that (`synchronous = FULL`).
    private func end() throws(StoreError) {
        guard let stopwatch else { return try statements.commit.run() }
        try stopwatch.measure { () throws(StoreError) in try statements.commit.run() }
    }

    private static let endStates = WorkflowState.allCases.filter(\.isTerminal)

    func writeBookkeeping(mended: Int64, counts: WorkflowCounts, bytes: ClosedBytes) throws(StoreError) {
        let statement = statements.writeBookkeeping
        try statement.bind(mended, at: 1)
        for (offset, state) in WorkflowState.allCases.enumerated() {
            try statement.bind(Int64(counts[state]), at: Int32(offset + 2))
        }
        for (offset, state) in Self.endStates.enumerated() {
            try statement.bind(Int64(bytes[state]), at: Int32(offset + 7))
        }
        try statement.run()
    }

    /// Writes more than a small batch would, and takes it back in the same transaction: what then reaches the disk says
    /// nothing new, but it has to reach the disk.
    func probe() throws(StoreError) {
        try transaction { () throws(StoreError) in
            try statements.appendFiller.bind(lastRow + 1, at: 1)
            try statements.appendFiller.run()
            try statements.deleteEntry.bind(lastRow + 1, at: 1)
            try statements.deleteEntry.run()
        }
    }

    private static func configure(_ connection: SQLConnection, maximumPages: Int?) throws(StoreError) {
        _ = try connection.value("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA cache_size = -16384")
        try connection.execute("PRAGMA journal_size_limit = 67108864")
        if let maximumPages { _ = try connection.value("PRAGMA max_page_count = \(maximumPages)") }
    }

    /// A commit is durable only in these modes; the engine acknowledges nothing under others.
    private static func checkDurability(_ connection: SQLConnection) throws(StoreError) {
        let journal = try connection.value("PRAGMA journal_mode")
        let synchronous = try connection.value("PRAGMA synchronous")
        guard journal == "wal", synchronous == "2" else {
            throw StoreError(
                code: .inaccessible,
                message: "the database \(connection.context.path) can't be written durably here (journal mode "
                    + "\(journal), synchronous \(synchronous)); put it on a local file system")
        }
    }
}
