internal import AetherStorage

/// Work on a database file, as a command shows it.
enum DatabaseJob {
    /// Runs a job with a bar on a terminal. Ctrl-C cancels it, and what it began is taken back before the command ends.
    ///
    /// - Throws: ``CommandFailure`` in the words of the `StoreError` that the job ends with.
    static func run<Result: Sendable>(
        _ title: String,
        _ job:
            @escaping @Sendable (DatabaseCare, _ progress: @escaping @Sendable (DatabaseCare.Progress) -> Void)
            async throws -> Result
    ) async throws -> Result {
        let bar = ProgressBar(title, terminal: .current(2))
        let interrupted = CommandFailure("interrupted; nothing was changed", exitCode: CommandFailure.interrupted)
        do {
            return try await Interruption.race(onInterrupt: interrupted) {
                try await bar.shown {
                    try await job(DatabaseCare()) { progress in bar.show(progress.done, of: progress.total) }
                }
            }
        } catch let error as StoreError {
            throw CommandFailure(error.message)
        }
    }
}
