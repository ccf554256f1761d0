internal import AetherJSON
internal import AetherStorage
internal import ArgumentParser

/// `aether backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies a database, also while a server is using it.",
        discussion: """
            The copy is the database as it was at one moment, in one file. It is checked as 'aether doctor' does, and is \
            there as a whole or not at all. Workflows of the tier memory are in no database.
            """)

    @Argument(help: "The file to make.")
    var file: String

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @Flag(inversion: .prefixedNo, help: "Check the copy.")
    var check = true

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let (path, file, force, check) = (try database.path(), file, force, check)
        let begin = ContinuousClock.now
        let copy = try await DatabaseJob.run("copying \(path)") { care, progress in
            try await care.backUp(path, to: file, replaces: force, checks: check, progress: progress)
        }
        let report = CopyReport(verb: "Backed up", source: path, copy: copy, elapsed: begin.duration(to: .now))
        try StandardOutput().writeLine(database.json ? report.json.text : report.text)
    }
}
