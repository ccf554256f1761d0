package import AetherRuntime
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension DatabaseCare {
    /// Puts a database back to a backup, which is brought up to this version and checked first. A database that is there is
    /// kept under another name.
    ///
    /// What workers hold from the database that is put back does not count in the restored one: see
    /// ``WorkflowStore/incarnation``.
    ///
    /// - Parameters:
    ///   - backup: the backup, which is left as it is.
    ///   - path: where the database goes. No server may be using it.
    ///   - incarnation: a random number, not 0.
    ///   - replaces: whether a database that is there makes way.
    ///   - checks: whether the backup is checked as ``examine(path:progress:found:)`` does.
    ///   - now: goes into the name of the database that makes way.
    ///   - progress: is told now and then how far it is.
    /// - Returns: what was made.
    /// - Throws: ``StoreError``, `inUse` when a server has the database; `CancellationError`. What was there is there still.
    package func restore(
        _ backup: String, to path: String, incarnation: UInt64, replaces: Bool, checks: Bool, at now: Timestamp,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> Copy {
        let backup = try Self.existing(backup)
        let file = DatabaseFile(path: try SQLiteStore.locate(path))
        guard file.path != backup else {
            throw StoreError(code: .inaccessible, message: "\(backup) can't be restored to itself; name another --db")
        }
        try file.checkDirectory()
        let lock = try DatabaseLock(database: file.path)
        return try withExtendedLifetime(lock) {
            guard replaces || !file.exists else {
                throw StoreError(
                    code: .inaccessible,
                    message: "there is a database \(file.path) already; --force keeps it under another name")
            }
            defer { file.discardDraft() }
            try Self.copy(backup, to: file.draft, progress)
            try DatabaseSchema.current.prepare(path: file.draft)
            try Self.begin(incarnation, in: file.draft)
            let examination = checks ? try Self.check(file.draft, "the copy of \(backup)", progress) : nil
            let aside = try Self.putAside(file.path, at: now)
            try file.publish(replaces: replaces)
            return Copy(
                path: file.path, bytes: try Self.size(of: file.path), examination: examination, keptAside: aside)
        }
    }

    private static func begin(_ incarnation: UInt64, in path: String) throws(StoreError) {
        let connection = try SQLConnection(context: SQLContext(path: path, purpose: .writing))
        defer { connection.close() }
        try connection.execute(
            "UPDATE bookkeeping SET incarnation = \(Int64(bitPattern: incarnation)); PRAGMA journal_mode = DELETE")
    }

    /// Gives a database a second name, under which it stays when another one takes its place. Its log is folded into it, so
    /// that no log of another database lies beside the new one; where that can't be done, it goes with it.
    ///
    /// - Returns: the second name; `nil` when there is no database.
    private static func putAside(_ path: String, at now: Timestamp) throws(StoreError) -> String? {
        let stamp = now.iso8601.filter { $0.isNumber || $0 == "T" }
        let aside = "\(path).before-restore-\(stamp)"
        let exists = FileManager.default.fileExists(atPath: path)
        if exists {
            let connection = try? SQLConnection(context: SQLContext(path: path, purpose: .writing))
            _ = try? connection?.value("PRAGMA wal_checkpoint(TRUNCATE)")
            connection?.close()
            try DatabaseFile.check(link(path, aside), "keep \(path) as \(aside)")
        }
        if FileManager.default.fileExists(atPath: path + "-wal") {
            try DatabaseFile.check(rename(path + "-wal", aside + "-wal"), "keep \(path)-wal as \(aside)-wal")
        }
        unlink(path + "-shm")
        return exists ? aside : nil
    }
}
