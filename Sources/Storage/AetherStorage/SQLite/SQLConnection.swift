internal import GRDBSQLite

/// One raw connection to a database file, with the statements prepared on it. Belongs to one thread at a time.
final class SQLConnection {
    let context: SQLContext
    private let handle: OpaquePointer
    private var statements: [OpaquePointer] = []
    private var isOpen = true
    /// How many pages the write-ahead log had after the last commit: SQLite's hook writes it, on the thread that
    /// commits. It has an address of its own because the hook is handed one.
    private let logPages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    /// Opens an existing database for reading and, unless told otherwise, writing. No statement is run.
    init(
        context: SQLContext, isReadOnly: Bool = false, busyTimeoutMilliseconds: Int32 = 5_000
    ) throws(StoreError) {
        var handle: OpaquePointer?
        let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        let result = sqlite3_open_v2(context.path, &handle, flags, nil)
        guard result == SQLITE_OK, let handle else {
            var opening = context
            opening.purpose = .opening
            let error = opening.error(result, on: handle)
            sqlite3_close_v2(handle)
            throw error
        }
        self.context = context
        self.handle = handle
        logPages.initialize(to: 0)
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
        sqlite3_extended_result_codes(handle, 1)
        // The hook also takes the place of SQLite's own checkpoints, which would run inside a commit.
        sqlite3_wal_hook(
            handle,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            },
            logPages)
    }

    deinit {
        close()
        logPages.deallocate()
    }

    /// Lets go of the file. No statement may be used any more.
    func close() {
        guard isOpen else { return }
        isOpen = false
        for statement in statements { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether the file could be opened for reading only.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    var pagesInLog: Int { Int(logPages.pointee) }

    /// Prepares a statement that lives as long as the connection.
    func prepare(_ sql: SQLText) throws(StoreError) -> SQLStatement {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql.text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement else { throw context.error(result, on: handle) }
        statements.append(statement)
        return SQLStatement(handle: statement, context: context)
    }

    /// Runs statements of fixed text, which have neither parameters nor results.
    func execute(_ sql: SQLText) throws(StoreError) {
        let result = sqlite3_exec(handle, sql.text, nil, nil, nil)
        guard result == SQLITE_OK else { throw context.error(result, on: handle) }
    }

    /// The first column of the only row a statement of fixed text returns.
    func value(_ sql: SQLText) throws(StoreError) -> String {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : ""
    }

    /// Copies pages from the write-ahead log into the database, as many as it can without waiting for anyone
    /// (https://sqlite.org/c3ref/wal_checkpoint_v2.html, `SQLITE_CHECKPOINT_PASSIVE`).
    ///
    /// - Returns: how many pages the log has, and how many of them are in the database now.
    func checkpointLog() throws(StoreError) -> (pages: Int, done: Int) {
        var pages: Int32 = 0
        var done: Int32 = 0
        let result = sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &done)
        guard result == SQLITE_OK else { throw context.error(result, on: handle) }
        return (Int(pages), Int(done))
    }
}
