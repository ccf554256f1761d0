internal import ArgumentParser

/// Why a command failed: one line that says what, why and what to do, and the exit code.
struct CommandFailure: Error, Hashable {
    /// The server can't be reached (EX_UNAVAILABLE).
    static let unreachable = ExitCode(69)
    /// Stopped by Ctrl-C, as a shell counts it: 128 + SIGINT.
    static let interrupted = ExitCode(130)

    var message: String
    var exitCode: ExitCode

    init(_ message: String, exitCode: ExitCode = .failure) {
        self.message = message
        self.exitCode = exitCode
    }
}
