import AetherRuntime
import EndToEndScript
import Foundation
import Testing

@testable import Aether

/// Journals that earlier versions recorded, each named after its commit: they replay for ever. A line is an entry, as it was
/// stored, in hexadecimal.
@Suite("A journal of an older version", .timeLimit(.minutes(5)))
struct GoldenJournalTests {
    /// Who replays it: the code that recorded it, as it is written today.
    enum Code: Sendable {
        case script, lines, tenSteps, failing, concurrent, stubborn
    }

    private static let journals: [(name: String, code: Code)] = [
        ("ba57ec7-lines", .lines), ("ba57ec7-ten-steps", .tenSteps), ("ba57ec7-failing", .failing),
        ("ba57ec7-concurrent", .concurrent), ("ba57ec7-stubborn", .stubborn), ("e0e916f", .script),
        ("a7ff60f", .script),
    ]

    private func journal(_ name: String) throws -> [JournalEntry] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(name).journal")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let digits = Array(line.utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
                UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
            }
            return try JournalEntry(encoded: bytes)
        }
    }

    @Test("is read, and written as it was", arguments: journals.map(\.name))
    func coding(_ name: String) throws {
        let journal = try journal(name)
        #expect(journal.map(\.sequence) == Array(1...UInt64(journal.count)))
        for entry in journal { #expect(try JournalEntry(encoded: entry.encoded()) == entry) }
        let execution = try WorkflowExecution.replay(id: WorkflowID(rawValue: "run-1"), journal)
        #expect(execution.outcome != nil)
    }

    @Test("is replayed to the recorded end without running anything again", arguments: journals)
    func replay(_ name: String, _ code: Code) async throws {
        let journal = try journal(name)
        guard case .closed(let outcome)? = journal.last?.event else {
            Issue.record("the journal has no end")
            return
        }
        let server = try TestServer(recorded: journal.dropLast())
        #expect(await run(code, on: server) == outcome)
        #expect(server.blockage == nil)
        // Nothing but who had it, and the end.
        let gained = server.journal.dropFirst(journal.count - 1).map(\.event.kind)
        #expect(gained.filter { $0 != .released } == [.assigned, .closed])
    }

    private func run(_ code: Code, on server: TestServer) async -> WorkflowOutcome? {
        let client = AetherClient()
        @Sendable func never<Value>() throws -> Value {
            Issue.record("a step ran again")
            throw CancellationError()
        }
        switch code {
        case .script:
            return await server.run(ScriptWorkflow(client).workflow)
        case .lines:
            struct Input: Codable { var steps: Int }
            return await server.run(
                client.workflow("lines") { (context, input: Input) in
                    for number in 1...input.steps { try await context.step("line-\(number)") { try never() as Void } }
                    return input.steps
                })
        case .tenSteps:
            return await server.run(
                client.workflow("ten-steps") { (context, _: Int) in
                    var sum = 0
                    for _ in 1...10 { sum += try await context.step("add") { try never() as Int } }
                    return sum
                })
        case .failing:
            return await server.run(
                client.workflow("failing") { (context, _: Int) in
                    try await context.step("charge") { try never() as Int }
                })
        case .concurrent:
            return await server.run(
                client.workflow("concurrent") { (context, _: String) in
                    async let first = context.step("a") { try never() as String }
                    async let second = context.step("b") { try never() as String }
                    let pair = try await [first, second]
                    return pair + [try await context.step("c") { try never() as String }]
                })
        case .stubborn:
            return await server.run(
                client.workflow("stubborn") { (context, _: String) -> Int in
                    do {
                        try await context.step("wait") { try await Task.sleep(for: .seconds(3600)) }
                    } catch is CancellationError {
                        try await context.step("clean-up") { try never() as Void }
                        throw CancellationError()
                    }
                    return 0
                })
        }
    }
}
