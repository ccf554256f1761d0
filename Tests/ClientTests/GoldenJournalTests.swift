import AetherRuntime
import EndToEndScript
import Foundation
import Testing

@testable import Aether

/// Journals that earlier versions recorded, each named after its commit: they replay for ever. A line is an entry, as it was
/// stored, in hexadecimal.
@Suite("A journal of an older version", .timeLimit(.minutes(1)))
struct GoldenJournalTests {
    private static let names = ["e0e916f", "a7ff60f"]

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

    @Test("is read, and written as it was", arguments: names)
    func coding(_ name: String) throws {
        let journal = try journal(name)
        #expect(journal.map(\.sequence) == Array(1...UInt64(journal.count)))
        for entry in journal { #expect(try JournalEntry(encoded: entry.encoded()) == entry) }
        let execution = try WorkflowExecution.replay(id: WorkflowID(rawValue: "run-1"), journal)
        #expect(execution.outcome != nil)
    }

    @Test("is replayed to the recorded end without running anything again", arguments: names)
    func replay(_ name: String) async throws {
        let journal = try journal(name)
        guard case .closed(let outcome)? = journal.last?.event else {
            Issue.record("the journal has no end")
            return
        }
        let server = try TestServer(recorded: journal.dropLast())
        let script = ScriptWorkflow(AetherClient())
        #expect(await server.run(script.workflow) == outcome)
        #expect(server.blockage == nil)
        // Nothing but who had it, and the end.
        let gained = server.journal.dropFirst(journal.count - 1).map(\.event.kind)
        #expect(gained == [.released, .assigned, .closed])
    }
}
