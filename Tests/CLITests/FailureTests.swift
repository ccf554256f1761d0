import ArgumentParser
import GRPCCore
import Testing

@testable import AetherCLI

@Suite("Failures of commands")
struct FailureTests {
    @Test(
        "have the exit code that their cause has",
        arguments: [
            (RPCError.Code.unavailable, CommandFailure.unreachable), (.deadlineExceeded, CommandFailure.unreachable),
            (.notFound, .failure), (.alreadyExists, .failure), (.invalidArgument, .failure),
            (.failedPrecondition, .failure), (.internalError, .failure), (.unimplemented, .failure),
        ])
    func exitCodes(code: RPCError.Code, exitCode: ExitCode) {
        let failure = CommandFailure(RPCError(code: code, message: "why\nindeed."), server: .standard)
        #expect(failure.exitCode == exitCode)
        #expect(!failure.message.contains("\n"))
    }

    @Test("say the server's reason in its words")
    func words() {
        let error = RPCError(code: .notFound, message: "there is no workflow \"a\"")
        #expect(CommandFailure(error, server: .standard).message == "there is no workflow \"a\"")
    }

    @Test(
        "of a wrong server URL say what is wrong with it",
        arguments: [
            ("localhost:7233", "has the scheme 'localhost'"),
            ("grpc://a", "has the scheme 'grpc'"), ("http://", "names no host"), ("http://a/b", "has more than"),
            ("http://a:0", "port that isn't"), ("http://u:p@a", "has a user"), ("", "an empty server URL"),
            ("http://a:99999", ""), ("a b", ""),
        ])
    func wrongURL(text: String, message: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try ServerURL(text) }
        #expect(failure.exitCode == .validationFailure)
        #expect(failure.message.contains(message) || message.isEmpty)
    }

    @Test("do not come from a good server URL")
    func goodURL() throws {
        #expect(try ServerURL("http://example.org:81/") == ServerURL(host: "example.org", port: 81))
        #expect(try ServerURL("http://example.org").port == 7233)
        #expect(try ServerURL("http://[::1]:5").host == "::1")
        #expect(try ServerURL("http://[::1]:5").description == "http://[::1]:5")
        let secure = try ServerURL("https://example.org")
        #expect(secure.isSecure && secure.port == 7233 && secure.description == "https://example.org:7233")
    }

    @Test("of usage are one line that names the help")
    func usage() {
        let message = UsageMessage(
            message: "Missing expected argument '<id>'.",
            full: "Error: Missing…\nUsage: aether status <id>\n  See 'aether status --help' for more information.")
        #expect(message.description == "Missing expected argument '<id>'; see 'aether status --help'")
    }

    @Test("of a time span: it has a unit, or is in seconds")
    func timeSpans() {
        #expect(TimeSpan(argument: "10")?.duration == .seconds(10))
        #expect(TimeSpan(argument: "1.5s")?.duration == .milliseconds(1500))
        #expect(TimeSpan(argument: "250ms")?.duration == .milliseconds(250))
        #expect(TimeSpan(argument: "2m")?.duration == .seconds(120))
        #expect(TimeSpan(argument: "2d")?.duration == .seconds(172_800))
        for wrong in ["", "s", "-1", "0", "1x", "400d", "inf", "nan", "1e99"] {
            #expect(TimeSpan(argument: wrong) == nil)
        }
    }
}
