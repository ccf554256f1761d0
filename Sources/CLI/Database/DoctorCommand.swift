internal import AetherJSON
internal import AetherStorage
internal import ArgumentParser

/// `aether doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks a database.",
        discussion: """
            Reads it from end to end and changes nothing; a server may be using it. Every history is replayed, and \
            compared with what the database says of its workflow. Exit code 1 when something is wrong with it.
            """)

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
        let path = try database.path()
        let output = FindingOutput(json: database.json)
        let begin = ContinuousClock.now
        let examination = try await DatabaseJob.run("checking \(path)") { care, progress in
            try await care.examine(path: path, progress: progress, found: output.add)
        }
        let elapsed = ElapsedTime(begin.duration(to: .now))
        try output.finish()
        try StandardOutput().writeLine(summary(examination, path: path, elapsed: elapsed))
        guard examination.findings == 0 else {
            throw CommandFailure(
                "the database \(path) has \(examination.findings) findings; each says what to do")
        }
    }

    private func summary(
        _ examination: DatabaseCare.Examination, path: String, elapsed: ElapsedTime
    ) -> String {
        guard !database.json else {
            return JSONValue.object([
                "database": .string(path), "workflows": .integer(examination.workflows),
                "entries": .integer(examination.entries), "findings": .integer(examination.findings),
                "milliseconds": .integer(elapsed.milliseconds),
            ]).text
        }
        let result = examination.findings == 0 ? "healthy" : "\(examination.findings) findings"
        return Cell.visible(
            "\(path): \(examination.workflows) workflows, \(examination.entries) journal entries, \(result) "
                + "(\(elapsed.span))")
    }
}
