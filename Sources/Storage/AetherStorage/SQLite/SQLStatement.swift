internal import GRDBSQLite

/// A prepared statement, seen without owning it: binding, stepping, reading columns.
///
/// Parameters count from 1 and columns from 0, as in SQLite. The handle belongs to one connection and is used only
/// where that connection is.
struct SQLStatement {
    let handle: OpaquePointer
    let context: SQLContext

    /// Tells SQLite to copy what is bound (https://sqlite.org/c3ref/c_static.html): `(sqlite3_destructor_type)-1`,
    /// which C spells as a cast and which SQLite never calls.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ value: Int64, at index: Int32) throws(StoreError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: Int64?, at index: Int32) throws(StoreError) {
        guard let value else { return try check(sqlite3_bind_null(handle, index)) }
        try bind(value, at: index)
    }

    func bind(_ text: String, at index: Int32) throws(StoreError) {
        var text = text
        let result = text.withUTF8 { bytes in
            // An empty buffer may have no address, which SQLite would take for NULL.
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map {
                    sqlite3_bind_text64(
                        handle, index, $0, sqlite3_uint64(characters.count), Self.transient, UInt8(SQLITE_UTF8))
                } ?? sqlite3_bind_text(handle, index, "", 0, Self.transient)
            }
        }
        try check(result)
    }

    /// Binds bytes without copying them, and runs the statement to its end while they are there.
    func run(binding bytes: [UInt8], at index: Int32) throws(StoreError) {
        let result = bytes.withUnsafeBytes { buffer in
            let bound = sqlite3_bind_blob64(handle, index, buffer.baseAddress, sqlite3_uint64(buffer.count), nil)
            guard bound == SQLITE_OK else { return bound }
            let stepped = sqlite3_step(handle)
            // The buffer dies with this closure: the statement must not keep its address.
            sqlite3_bind_null(handle, index)
            return stepped
        }
        let error = result == SQLITE_DONE ? nil : failure(result)
        sqlite3_reset(handle)
        if let error { throw error }
    }

    /// Runs a statement that returns no rows.
    func run() throws(StoreError) {
        defer { reset() }
        while try step() {}
    }

    /// Goes to the next row. A statement that fails is ready to be run again: nothing could be bound to it else.
    ///
    /// - Returns: whether there is one.
    func step() throws(StoreError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result:
            let error = failure(result)
            reset()
            throw error
        }
    }

    /// Ends the statement's run. What it failed with, if it did, is known from ``step()``.
    func reset() {
        sqlite3_reset(handle)
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func check(_ result: Int32) throws(StoreError) {
        if result != SQLITE_OK { throw failure(result) }
    }

    private func failure(_ result: Int32) -> StoreError {
        context.error(result, on: sqlite3_db_handle(handle))
    }
}
