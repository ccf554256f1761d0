internal import AetherServer
internal import ArgumentParser
internal import Foundation

/// The `aether` program: the server, and the commands which talk to one.
@main
struct AetherCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aether",
        abstract: "A durable workflow engine.",
        discussion: """
            Exit codes: 0 done; 1 the operation failed; 64 wrong usage; 69 the server can't be reached.
            """,
        version: AetherVersion.current,
        subcommands: [
            ServeCommand.self, InitCommand.self, WorkflowCommand.self, StatusCommand.self, CancelCommand.self,
            BackupCommand.self, RestoreCommand.self, DoctorCommand.self, MigrateCommand.self, BenchCommand.self,
            CompletionsCommand.self,
        ])

    /// Runs the command and ends the process with its exit code. An error is one line on standard error.
    static func main() async {
        // A closed pipe (`aether workflow list | head`) shows as an error of the write, not as a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            StandardError.write("aether: \(failure.message)\n")
            Foundation.exit(failure.exitCode.rawValue)
        } catch is OutputClosed {
            Foundation.exit(ExitCode.success.rawValue)
        } catch {
            exitUnlessHelp(error)
        }
    }

    /// Help and version go to standard output as ArgumentParser writes them; a usage error becomes one line.
    private static func exitUnlessHelp(_ error: any Error) -> Never {
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        StandardError.write("aether: \(UsageMessage(message: message(for: error), full: fullMessage(for: error)))\n")
        exit(withError: ExitCode.validationFailure)
    }
}
