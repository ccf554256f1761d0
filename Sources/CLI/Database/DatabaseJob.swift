internal import AetherStorage
internal import Synchronization

/// Work on a database file, as a command shows it.
enum DatabaseJob {
    /// Runs a job with a bar on a terminal. Ctrl-C cancels it, and what it began is taken back before the command ends. One
    /// that comes too late for that changes nothing.
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
        let done = Mutex<Result?>(nil)
        do {
            return try await Interruption.race(onInterrupt: interrupted) {
                try await bar.shown {
                    let result = try await job(DatabaseCare()) { progress in
                        bar.show(progress.done, of: progress.total)
                    }
                    done.withLock { $0 = result }
                    return result
                }
            }
        } catch let error as StoreError {
            throw CommandFailure(error.message)
        } catch {
            // The race is over when the job is.
            if let result = done.withLock({ $0 }) { return result }
            throw error
        }
    }
}
