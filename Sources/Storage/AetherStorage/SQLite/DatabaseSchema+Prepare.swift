internal import Foundation
internal import GRDB

extension DatabaseSchema {
    /// Makes a file a database of this schema: a missing or empty one is filled, an older one is brought up to date
    /// in one transaction.
    ///
    /// - Throws: ``StoreError``: `newerVersion`, `corrupt` for a file that is no Aether database, `inaccessible`.
    func prepare(path: String) throws(StoreError) {
        let context = SQLContext(path: path, purpose: .opening)
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            try queue.writeWithoutTransaction { database in
                try migrate(database, context)
                // Kept in the file: every later connection finds it so.
                try database.execute(sql: "PRAGMA journal_mode = WAL")
            }
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw context.error(error.resultCode.rawValue, error.message ?? error.description)
        } catch {
            throw StoreError(code: .inaccessible, message: "can't open the database \(path): \(error)")
        }
    }

    private func migrate(_ database: Database, _ context: SQLContext) throws {
        try database.inTransaction(.immediate) {
            let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            try checkOwner(database, version: found, context)
            guard found <= version else { throw newer(found, context) }
            guard found < version else { return .rollback }
            for step in steps[found...] { try step(database) }
            try database.execute(sql: ("PRAGMA user_version = \(version)" as SQLText).text)
            try database.execute(sql: ("PRAGMA application_id = \(Self.applicationID)" as SQLText).text)
            return .commit
        }
    }

    /// Refuses the database of another program.
    private func checkOwner(_ database: Database, version: Int, _ context: SQLContext) throws {
        let owner = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        if owner == Self.applicationID { return }
        let isEmpty = try Bool.fetchOne(database, sql: "SELECT NOT EXISTS (SELECT 1 FROM sqlite_master)") ?? false
        guard owner == 0, version == 0, isEmpty else { throw Self.foreign(context) }
    }

    /// The version of a database, which is not changed.
    ///
    /// - Throws: ``StoreError``: `corrupt` when it is another program's, `newerVersion`, `inaccessible`.
    func version(of connection: SQLConnection) throws(StoreError) -> Int {
        guard try connection.value("PRAGMA application_id") == "\(Self.applicationID)" else {
            throw Self.foreign(connection.context)
        }
        let found = Int(try connection.value("PRAGMA user_version")) ?? 0
        guard found <= version else { throw newer(found, connection.context) }
        return found
    }

    private func newer(_ found: Int, _ context: SQLContext) -> StoreError {
        StoreError(
            code: .newerVersion,
            message: "the database \(context.path) has version \(found), this server knows version \(version); "
                + "use the server that wrote it or a newer one")
    }

    private static func foreign(_ context: SQLContext) -> StoreError {
        StoreError(
            code: .corrupt, message: "\(context.path) is a database of another program; choose another file for Aether")
    }
}
