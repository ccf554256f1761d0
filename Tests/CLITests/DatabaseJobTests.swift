import AetherStorage
import ArgumentParser
import Foundation
import Testing

@testable import AetherCLI

/// One after the other: a signal is for the whole process.
@Suite("Work on a database that Ctrl-C interrupts", .serialized, .timeLimit(.minutes(5)))
struct DatabaseJobTests {
    private func interrupt() async {
        kill(getpid(), SIGINT)
        while !Task.isCancelled { await Task.yield() }
    }

    @Test("ends with the code of an interruption, and nothing is changed")
    func interrupted() async throws {
        let failure = try await #require(throws: CommandFailure.self) {
            _ = try await DatabaseJob.run("working") { _, _ -> Int in
                await interrupt()
                throw CancellationError()
            }
        }
        #expect(failure.exitCode == ExitCode(130))
    }

    @Test("ends as if nothing had been when it was done all the same")
    func tooLate() async throws {
        let result = try await DatabaseJob.run("working") { _, _ in
            await interrupt()
            return 5
        }
        #expect(result == 5)
    }

    @Test("ends with what went wrong, when that came first")
    func failed() async throws {
        let failure = try await #require(throws: CommandFailure.self) {
            _ = try await DatabaseJob.run("working") { _, _ -> Int in
                throw StoreError(code: .corrupt, message: "it is damaged")
            }
        }
        #expect(failure == CommandFailure("it is damaged"))
    }
}
