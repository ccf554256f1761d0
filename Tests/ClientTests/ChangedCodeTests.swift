import AetherRuntime
import Testing

@testable import Aether

@Suite("Changed code", .timeLimit(.minutes(5)))
struct ChangedCodeTests {
    private typealias Code = @Sendable (WorkflowContext, Log) async throws -> Void

    private let client = AetherClient()

    /// A workflow of steps, called one after the other; each writes its name.
    private func steps(_ names: String...) -> Code {
        { context, log in
            for name in names { try await context.step(name) { log.write(name) } }
        }
    }

    private func workflow(_ log: Log, _ code: @escaping Code) -> Workflow<NoValue, String> {
        client.workflow("test") { context in
            try await code(context, log)
            return "done"
        }
    }

    /// A run of the steps a, b and c after a crash, when a and b were recorded.
    private func crashed() async throws -> TestServer {
        let server = TestServer()
        await server.run(workflow(Log(), steps("a", "b", "c")))
        return try TestServer(crashing: server, after: 4)
    }

    struct Misfit: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var names: [String]
        var sequence: UInt64
        var expected: String
        var found: [String]
    }

    @Test(
        "that does not fit blocks the run, says what was expected where and what was found, and runs nothing; code that fits goes on",
        arguments: [
            Misfit(testDescription: "lost the first", names: ["b", "c"], sequence: 3, expected: "a", found: ["b"]),
            Misfit(testDescription: "lost the last", names: ["a"], sequence: 4, expected: "b", found: []),
            Misfit(testDescription: "lost all", names: [], sequence: 3, expected: "a", found: []),
            Misfit(testDescription: "renamed", names: ["a", "B", "c"], sequence: 4, expected: "b", found: ["B"]),
            Misfit(testDescription: "swapped", names: ["b", "a", "c"], sequence: 3, expected: "a", found: ["b"]),
            Misfit(testDescription: "gained", names: ["a", "x", "b", "c"], sequence: 4, expected: "b", found: ["x"]),
        ])
    func misfit(_ misfit: Misfit) async throws {
        let server = try await crashed()
        let log = Log()
        let outcome = await server.run(
            workflow(log) { context, log in
                for name in misfit.names { try await context.step(name) { log.write(name) } }
            })
        #expect(outcome == nil)
        #expect(
            server.blockage
                == Blockage(
                    sequence: misfit.sequence, expected: "step:\(misfit.expected)#1",
                    found: misfit.found.map { "step:\($0)#1" }))
        #expect(log.lines == [])
        #expect(await server.run(workflow(log, steps("a", "b", "c"))) == json(#""done""#))
        #expect(log.lines == ["c"])
        #expect(server.blockage == nil)
    }

    @Test("with steps gained behind the recorded end goes on")
    func gainedAtTheEnd() async throws {
        let server = try await crashed()
        let log = Log()
        #expect(await server.run(workflow(log, steps("a", "b", "x", "c", "y"))) == json(#""done""#))
        #expect(log.lines == ["x", "c", "y"])
    }

    @Test("that throws where the journal goes on blocks the run instead of failing it")
    func throwsEarly() async throws {
        let server = try await crashed()
        let outcome = await server.run(workflow(Log()) { _, _ in throw NonRetryableError("a bug") })
        #expect(outcome == nil)
        #expect(server.blockage?.expected == "step:a#1")
    }

    // MARK: Versions

    @Test("asks for the version: runs under way that passed the place follow the old one, others the new one, for good")
    func version() async throws {
        let code: Code = { context, log in
            try await context.step("a") { log.write("a") }
            let version = try await context.version("change", 1...2)
            if version == 2 { try await context.step("x") { log.write("x") } }
            try await context.step("b") { log.write("b") }
            // The answer is one for the whole run.
            if try await context.version("change", 1...2) == 2 { try await context.step("x2") { log.write("x2") } }
            try await context.step("c") { log.write("c") }
        }
        let old = Log()
        let server = try await crashed()
        #expect(await server.run(workflow(old, code)) == json(#""done""#))
        #expect(old.lines == ["c"])
        #expect(!server.journal.contains { if case .versionSet = $0.event { true } else { false } })
        let new = Log()
        let fresh = try await survivesEveryCrash(workflow(new, code), log: new)
        #expect(
            fresh.outcomes
                == ["a", "version:change#1", "x", "b", "x2", "c"].map { $0.contains(":") ? $0 : "step:\($0)#1" })
    }

    @Test("asks at the recorded end: the run follows the new version from there on")
    func versionAtTheEnd() async throws {
        let server = try await crashed()
        let log = Log()
        let outcome = await server.run(
            workflow(log) { context, log in
                try await context.step("a") { log.write("a") }
                try await context.step("b") { log.write("b") }
                if try await context.version("x", 1...3) == 3 { try await context.step("x") { log.write("x") } }
                try await context.step("c") { log.write("c") }
            })
        #expect(outcome == json(#""done""#))
        #expect(log.lines == ["x", "c"])
    }

    @Test(
        "that no longer has the version a run follows blocks it; code that has it goes on, and so does code that no longer asks",
        arguments: [1...2, 4...5])
    func unsupported(_ supported: ClosedRange<Int>) async throws {
        func code(_ supported: ClosedRange<Int>) -> Code {
            { context, log in
                if try await context.version("x", supported) == 3 { try await context.step("x") { log.write("x") } }
                try await context.step("b") { log.write("b") }
            }
        }
        let server = TestServer()
        await server.run(workflow(Log(), code(1...3)))
        let log = Log()
        let crashed = try TestServer(crashing: server, after: 4)
        #expect(await crashed.run(workflow(log, code(supported))) == nil)
        #expect(crashed.blockage?.expected == #"version 3 of "x""#)
        #expect(crashed.blockage?.found == ["versions \(supported.lowerBound) to \(supported.upperBound)"])
        #expect(log.lines == [])
        let unasked = try TestServer(crashing: server, after: 4)
        #expect(await unasked.run(workflow(log, steps("x", "b"))) == json(#""done""#))
        #expect(await crashed.run(workflow(log, code(3...4))) == json(#""done""#))
        #expect(log.lines == ["b", "b"])
    }

    @Test("that needs a version later than the one before a change blocks runs that are before it")
    func tooOld() async throws {
        let server = try await crashed()
        let outcome = await server.run(
            workflow(Log()) { context, log in
                _ = try await context.version("x", 2...3)
                for name in ["a", "b", "c"] { try await context.step(name) { log.write(name) } }
            })
        #expect(outcome == nil)
        #expect(server.blockage?.expected == #"version 1 of "x""#)
    }

    @Test("can't ask for versions below 1, nor inside a step")
    func badVersions() async throws {
        let outcome = await TestServer().run(
            workflow(Log()) { context, _ in
                await #expect(throws: NonRetryableError.self) { try await context.version("x", 0...1) }
                try await context.step("a") {
                    await #expect(throws: NonRetryableError.self) { try await context.version("x", 1...2) }
                }
            })
        #expect(outcome == json(#""done""#))
    }

    // MARK: Added operations

    @Test("with marked operations in the middle runs them where they stand, once, and the rest is as it was recorded")
    func added() async throws {
        let code: Code = { context, log in
            try await context.step("a") { log.write("a") }
            try await context.added("audit") {
                try await context.step("x") { log.write("x") }
                try await context.set("progress", 1)
                // A name that the workflow has elsewhere.
                try await context.step("b") { log.write("added b") }
            }
            try await context.step("b") { log.write("b") }
            try await context.step("c") { log.write("c") }
        }
        let log = Log()
        let first = try await crashed()
        #expect(await first.run(workflow(log, code)) == json(#""done""#))
        #expect(log.lines == ["x", "added b", "c"])
        let added = "added:audit#1/"
        #expect(
            first.outcomes == [
                "step:a#1", "step:b#1", added + "step:x#1", added + "set:progress#1", added + "step:b#1", "step:c#1",
            ])
        // Crashed again at every place since then, it never repeats what is recorded.
        for count in first.commits where count > 4 {
            let again = Log()
            let server = try TestServer(crashing: first, after: count)
            #expect(await server.run(workflow(again, code)) == json(#""done""#), "after \(count)")
            #expect(server.outcomes == first.outcomes, "after \(count)")
            let recorded = first.journal.prefix(count).compactMap { $0.event.outcomeKey?.rawValue }
            #expect(again.lines.contains("x") == !recorded.contains(added + "step:x#1"), "after \(count)")
            #expect(!again.lines.contains("a") && !again.lines.contains("b"), "after \(count)")
        }
        let new = Log()
        _ = try await survivesEveryCrash(workflow(new, steps("a", "b", "c")), log: new)
    }

    @Test("with marked operations in branches runs them beside what is recorded, in one order over every crash")
    func addedInBranches() async throws {
        let before: Code = { context, log in
            try await context.parallel(over: 0..<3) { branch in
                try await context.step("a\(branch)") { log.write("a\(branch)") }
                try await context.step("b\(branch)") { log.write("b\(branch)") }
            }
            try await context.step("end") { log.write("end") }
        }
        let after: Code = { context, log in
            try await context.parallel(over: 0..<3) { branch in
                try await context.step("a\(branch)") { log.write("a\(branch)") }
                if branch < 2 {
                    try await context.added("x") { try await context.step("x\(branch)") { log.write("x\(branch)") } }
                }
                try await context.step("b\(branch)") { log.write("b\(branch)") }
            }
            try await context.step("end") { log.write("end") }
        }
        let server = TestServer()
        await server.run(workflow(Log(), before))
        let end = try #require(server.journal.firstIndex { $0.event.key?.name == "end" })
        let crash = end
        let first = try TestServer(crashing: server, after: crash)
        let log = Log()
        #expect(await first.run(workflow(log, after)) == json(#""done""#))
        #expect(Set(log.lines) == ["x0", "x1", "end"])
        for count in first.commits where count > crash {
            let again = try TestServer(crashing: first, after: count)
            #expect(await again.run(workflow(Log(), after)) == json(#""done""#), "after \(count)")
            #expect(Set(again.outcomes) == Set(first.outcomes), "after \(count)")
        }
    }
}
