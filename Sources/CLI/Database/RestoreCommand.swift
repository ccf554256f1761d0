internal import AetherJSON
internal import AetherRuntime
internal import AetherStorage
internal import ArgumentParser
internal import Foundation

/// `aether restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a database back to a backup.",
        discussion: """
            No server may be using the database. The backup is checked first, as 'aether doctor' does, and stays as it \
            is. What workers still hold from the database that is put back is refused by the restored one.
            """)

    @Argument(help: "The backup.")
    var file: String

    @Flag(help: "Restore although there is a database: it is kept as <db>.before-restore-<time>.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Check the backup.")
    var check = true

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let (path, file, force, check) = (try database.path(), file, force, check)
        let begin = ContinuousClock.now
        let now = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        let copy = try await DatabaseJob.run("restoring \(path)") { care, progress in
            try await care.restore(
                file, to: path, incarnation: .random(in: 1...UInt64(Int64.max)), replaces: force, checks: check,
                at: now,
                progress: progress)
        }
        let report = CopyReport(verb: "Restored", source: file, copy: copy, elapsed: begin.duration(to: .now))
        try StandardOutput().writeLine(database.json ? report.json.text : report.text)
    }
}
