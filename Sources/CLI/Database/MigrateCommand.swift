internal import AetherJSON
internal import AetherStorage
internal import ArgumentParser

/// `aether migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Copies the SQLite database of a stopped server into an empty PostgreSQL database.",
        discussion: """
            A server that is started on the PostgreSQL database, with --db, goes on from there. What was copied is read back \
            and compared with its source before it is there, as a whole or not at all. The source stays as it is.
            """)

    @Option(help: "The database to copy: sqlite:PATH, or a path.")
    var from: String

    @Option(help: "The database to fill: postgres://USER@HOST/DATABASE.")
    var to: String

    @Flag(inversion: .prefixedNo, help: "Check the SQLite database first.")
    var check = true

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let (path, url, check) = (try Self.path(from), try Self.url(to), check)
        let begin = ContinuousClock.now
        let migration = try await DatabaseJob.run("migrating \(path)") { care, progress in
            try await care.migrate(path, to: url, checks: check, progress: progress)
        }
        let report = MigrationReport(migration: migration, elapsed: begin.duration(to: .now))
        try StandardOutput().writeLine(json ? report.json.text : report.text)
    }

    /// - Throws: ``CommandFailure`` when it names no file.
    static func path(_ text: String) throws(CommandFailure) -> String {
        let scheme = "sqlite:"
        let path = text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
        let value = SettingValue(text: path, origin: "--from", exitCode: .validationFailure)
        guard case .file(let file) = try value.database else {
            throw value.wrong(
                "names a PostgreSQL database, and only SQLite files can be migrated; name one: sqlite:PATH")
        }
        return file
    }

    /// - Throws: ``CommandFailure`` when it is no PostgreSQL database.
    static func url(_ text: String) throws(CommandFailure) -> String {
        let value = SettingValue(text: text, origin: "--to", exitCode: .validationFailure)
        guard case .postgres(let url) = try value.database else {
            throw value.wrong(
                "must be a PostgreSQL database: postgres://USER@HOST/DATABASE; aether backup copies to a file")
        }
        return url
    }
}
