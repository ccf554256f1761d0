internal import Foundation
internal import GRDB

extension DatabaseCare {
    /// A copy that was made.
    package struct Copy: Sendable, Hashable {
        /// Where it is.
        package var path: String
        /// Its size.
        package var bytes: Int
        /// What was seen when it was checked; `nil` when it was not.
        package var examination: Examination?
        /// Where the database is that made way for it.
        package var keptAside: String?
    }

    /// Copies a database, which a server may be writing to, as it is at one moment. The copy is one file; it is there as a
    /// whole, on the disk and checked, or not at all.
    ///
    /// - Parameters:
    ///   - source: the database.
    ///   - path: where the copy goes.
    ///   - replaces: whether a file that is there makes way.
    ///   - checks: whether the copy is checked as ``examine(path:progress:found:)`` does.
    ///   - progress: is told now and then how far it is.
    /// - Returns: what was made.
    /// - Throws: ``StoreError``; `CancellationError`. Nothing is left then.
    package func backUp(
        _ source: String, to path: String, replaces: Bool, checks: Bool,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> Copy {
        let source = try Self.existing(source)
        let file = DatabaseFile(path: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard file.path != source else {
            throw StoreError(code: .inaccessible, message: "\(source) can't be backed up to itself; name another file")
        }
        guard replaces || !file.exists else {
            throw StoreError(
                code: .inaccessible, message: "the file \(file.path) exists already; name another one, or use --force")
        }
        try file.checkDirectory()
        defer { file.discardDraft() }
        try Self.copy(source, to: file.draft, progress)
        let examination = checks ? try Self.check(file.draft, "the copy of \(source)", progress) : nil
        try file.publish(replaces: replaces)
        return Copy(path: file.path, bytes: try Self.size(of: file.path), examination: examination)
    }

    /// How many pages are copied between two looks at whether to go on.
    private static let pagesPerStep: CInt = 1_024

    /// Copies the pages of a database as it is at one moment; the file they come to stands alone, without a log beside it.
    static func copy(
        _ source: String, to path: String, _ progress: @escaping @Sendable (Progress) -> Void
    ) throws {
        let (reading, writing) = (
            SQLContext(path: source, purpose: .reading), SQLContext(path: path, purpose: .writing)
        )
        let connection = try SQLConnection(context: reading, isReadOnly: true)
        _ = try DatabaseSchema.current.version(of: connection)
        connection.close()
        do {
            var options = GRDB.Configuration()
            options.readonly = true
            let from = try DatabaseQueue(path: source, configuration: options)
            let to = try DatabaseQueue(path: path)
            // A transaction that has read sees one state. Without it, SQLite begins anew whenever the server has written.
            try from.read { database in
                _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema")
                try to.writeWithoutTransaction { copy in
                    try database.backup(to: copy, pagesPerStep: Self.pagesPerStep) { state in
                        progress(
                            Progress(phase: .copy, done: state.completedPageCount, total: state.totalPageCount))
                        try Task.checkCancellation()
                    }
                    try copy.execute(sql: "PRAGMA journal_mode = DELETE")
                }
            }
            try from.close()
            try to.close()
        } catch let error as DatabaseError {
            let isDamaged = [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
            throw (isDamaged ? reading : writing).error(
                error.extendedResultCode.rawValue, error.message ?? error.description)
        }
    }

    /// Checks a database before it is relied on.
    ///
    /// - Throws: ``StoreError``: `corrupt` when anything is found. It calls the database by its `name`.
    static func check(
        _ path: String, _ name: String, _ progress: @escaping @Sendable (Progress) -> Void
    ) throws -> Examination {
        var first: DatabaseFinding?
        let doctor = try DatabaseDoctor(path: path, report: { first = first ?? $0 }, progress: progress)
        let examination = try doctor.run()
        if let first {
            let workflow = first.workflow.map { "workflow \($0): " } ?? ""
            throw StoreError(
                code: .corrupt,
                message: "\(name) has \(examination.findings) findings, the first: \(workflow)"
                    + "\(first.message); 'aether doctor' lists them, --no-check copies it all the same")
        }
        return examination
    }

    static func size(of path: String) throws(StoreError) -> Int {
        do {
            return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        } catch {
            throw StoreError(code: .inaccessible, message: "can't read \(path): \(error.localizedDescription)")
        }
    }
}
