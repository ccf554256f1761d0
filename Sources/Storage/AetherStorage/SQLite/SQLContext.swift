internal import GRDBSQLite

/// Which file a statement works on, and what for: turns SQLite's result codes into errors that say what to do.
struct SQLContext: Sendable {
    /// What the statement does; the same trouble means different things while opening and while writing.
    enum Purpose: Sendable {
        case opening
        case reading
        case writing
    }

    var path: String
    var purpose: Purpose

    /// The error for a result code (https://sqlite.org/rescode.html), primary or extended.
    func error(_ result: Int32, _ detail: String) -> StoreError {
        switch (result & 0xff, purpose) {
        case (SQLITE_NOTADB, _):
            StoreError(
                code: .corrupt,
                message: "\(path) is no Aether database (\(detail)); choose another file, or move this one away")
        case (SQLITE_CORRUPT, _):
            corrupt(detail)
        case (SQLITE_BUSY, .opening), (SQLITE_LOCKED, .opening):
            StoreError(
                code: .inUse,
                message: "the database \(path) is locked by another program (\(detail)); end that program and try again"
            )
        case (_, .opening):
            StoreError(
                code: .inaccessible,
                message: "can't open the database \(path): \(detail); check the directory and its permissions")
        case (_, .reading):
            StoreError(code: .inaccessible, message: "can't read the database \(path): \(detail)")
        case (SQLITE_FULL, .writing):
            StoreError(
                code: .unwritable, message: "can't write to the database \(path): \(detail); make room on the disk")
        case (_, .writing):
            StoreError(code: .unwritable, message: "can't write to the database \(path): \(detail)")
        }
    }

    /// The error for the state of a connection after a call that failed.
    func error(_ result: Int32, on connection: OpaquePointer?) -> StoreError {
        guard let connection, let message = sqlite3_errmsg(connection) else {
            return error(result, String(cString: sqlite3_errstr(result)))
        }
        return error(result, String(cString: message))
    }

    /// The error for content that contradicts itself.
    func corrupt(_ detail: String) -> StoreError {
        StoreError(
            code: .corrupt, message: "the database \(path) is damaged: \(detail); restore it from a backup")
    }
}
