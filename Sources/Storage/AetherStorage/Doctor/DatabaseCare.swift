internal import Foundation

/// What is done to a database file from outside of a server, on a thread of its own because it blocks.
package actor DatabaseCare {
    private nonisolated let thread = DedicatedThread(name: "aether-care")

    package init() {}

    deinit {
        thread.stop()
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// How far a job is.
    package struct Progress: Sendable, Hashable {
        package enum Phase: Sendable, Hashable {
            /// SQLite checks its file.
            case file
            case workflows
            case copy
            /// What was copied is read back.
            case comparison
        }

        package var phase: Phase
        package var done: Int
        /// 0 while it isn't known.
        package var total: Int
    }

    /// What a check has seen.
    package struct Examination: Sendable, Hashable {
        package var workflows = 0
        package var entries = 0
        package var findings = 0

        package init() {}
    }

    /// Checks a database, which a server may be using meanwhile. Nothing is changed.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - progress: is told now and then how far the check is.
    ///   - found: is told of each finding.
    /// - Returns: how much was checked, and how many findings there were.
    /// - Throws: ``StoreError`` when it can't be read, is no Aether database or of another version; `CancellationError`.
    package func examine(
        path: String, progress: @escaping @Sendable (Progress) -> Void = { _ in },
        found: @escaping @Sendable (DatabaseFinding) -> Void
    ) throws -> Examination {
        try DatabaseDoctor(path: try Self.existing(path), report: found, progress: progress).run()
    }

    /// The file a path names, behind symbolic links.
    static func existing(_ path: String) throws(StoreError) -> String {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard FileManager.default.fileExists(atPath: file) else {
            throw StoreError(code: .inaccessible, message: "there is no database \(file); check the path")
        }
        return file
    }
}
