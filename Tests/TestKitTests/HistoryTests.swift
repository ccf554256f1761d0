import Aether
import AetherTestKit
import EndToEndScript
import Foundation
import Testing

/// `Histories/script.jsonl` was printed by `aether workflow history ID --json`.
@Suite("A recorded history", .timeLimit(.minutes(5)))
struct HistoryTests {
    private let workflow = ScriptWorkflow(AetherClient()).workflow

    private var file: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Histories/script.jsonl")
    }

    private var lines: [String] {
        get throws { try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init) }
    }

    @Test("replays with the code that recorded it, and calls no step")
    func fits() async throws {
        try await RecordedHistory(contentsOf: file).replay(with: workflow)
    }

    /// Recorded by `Tests/Fixtures/record.py` with the worker of each language; each language's tests replay all.
    private static let recorded: [URL] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/histories")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "jsonl" }.sorted { $0.path < $1.path }
    }()

    @Test("replays to the same result whatever language recorded it, as far as it was recorded", arguments: recorded)
    func languages(_ file: URL) async throws {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for count in 1...lines.count {
            let history = try RecordedHistory(jsonLines: lines.prefix(count).joined(separator: "\n"))
            try await history.replay(with: workflow, id: "recorded")
        }
    }

    @Test("of every language is there")
    func completeness() {
        let names = Self.recorded.map { $0.deletingPathExtension().lastPathComponent }
        let swift = names.filter { $0.hasSuffix("-swift") }.map { $0.dropLast("-swift".count) }
        let typescript = names.filter { $0.hasSuffix("-typescript") }.map { $0.dropLast("-typescript".count) }
        #expect(swift.count >= 12)
        #expect(swift == typescript)
    }

    @Test("replays as far as it was recorded")
    func prefixes() async throws {
        let lines = try lines
        for count in 1..<lines.count {
            let history = try RecordedHistory(jsonLines: lines.prefix(count).joined(separator: "\n"))
            try await history.replay(with: workflow)
        }
    }

    @Test(
        "does not replay with other code, and says what differs",
        arguments: [
            (
                "\"set\":{\"_0\":\"v\"", "\"set\":{\"_0\":\"w\"",
                "at entry 15 the journal has set:v#1, the code called set:w#1"
            ),
            (
                "{\"sleep\":{\"milliseconds\":10}},", "",
                "at entry 6 the journal has sleep:#1, the code called activity:work#1"
            ),
        ])
    func changed(old: String, new: String, expected: String) async throws {
        var lines = try lines
        let before = lines[0]
        // The script's code is its input.
        lines[0] = before.replacingOccurrences(of: old, with: new)
        #expect(lines[0] != before)
        let history = try RecordedHistory(jsonLines: lines.joined(separator: "\n"))
        let failure = await #expect(throws: ReplayFailed.self) { try await history.replay(with: workflow) }
        #expect(failure?.workflow == "script")
        #expect(failure?.reason == expected)
    }

    @Test("with another result than today's does not fit")
    func otherResult() async throws {
        let client = AetherClient()
        let flow = client.workflow("flow") { (context, number: Double) in
            number * (try await context.step("factor") { 3.5 })
        }
        func history(_ result: String) throws -> RecordedHistory {
            try RecordedHistory(
                jsonLines: """
                    {"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"flow","seed":"1","input":2}
                    {"sequence":2,"kind":"STEP_COMPLETED","time":"2026-01-01T00:00:01.000Z","key":"step:factor#1","result":3.5}
                    {"sequence":3,"kind":"CLOSED","time":"2026-01-01T00:00:01.000Z","state":"COMPLETED","result":\(result)}
                    """)
        }
        try await history("7").replay(with: flow)
        try await history("7.0").replay(with: flow)
        let failure = await #expect(throws: ReplayFailed.self) { try await history("8").replay(with: flow) }
        #expect(failure?.reason == "it ends as COMPLETED with 7, and is recorded to have ended as COMPLETED with 8")
    }

    @Test("does not replay with code that waits for something of its own")
    func foreignWait() async throws {
        let flow = AetherClient().workflow("flow") { context in
            try await Task.sleep(for: .seconds(3600))
            try await context.step("late") {}
        }
        let history = try RecordedHistory(
            jsonLines: """
                {"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"flow","seed":"1","input":null}
                {"sequence":2,"kind":"STEP_COMPLETED","time":"2026-01-01T00:00:01.000Z","key":"step:late#1","result":null}
                """)
        let failure = await #expect(throws: ReplayFailed.self) { try await history.replay(with: flow) }
        #expect(failure?.reason == "at entry 2 the journal has step:late#1, the code called nothing more")
    }

    @Test("of code that goes on where it ended does not fit")
    func longer() async throws {
        let flow = AetherClient().workflow("flow") { context in try await context.sleep(.days(1)) }
        let history = try RecordedHistory(
            jsonLines: """
                {"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"flow","seed":"1","input":null}
                {"sequence":2,"kind":"CLOSED","time":"2026-01-01T00:00:01.000Z","state":"COMPLETED","result":null}
                """)
        let failure = await #expect(throws: ReplayFailed.self) { try await history.replay(with: flow) }
        #expect(failure?.reason.hasPrefix("it goes on") == true)
    }

    @Test("of a run that was cancelled while it slept, or waited for a version, fits")
    func cancelled() async throws {
        let flow = AetherClient().workflow("flow") { context in
            try await context.sleep(.days(1))
            _ = try await context.version("change", 1...2)
        }
        let slept = """
            {"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"flow","seed":"1","input":null}
            {"sequence":2,"kind":"TIMER_STARTED","time":"2026-01-01T00:00:00.000Z","key":"sleep:#1",\
            "dueAt":"2026-01-02T00:00:00.000Z"}
            """
        let cancelled = """
            {"sequence":3,"kind":"CANCEL_REQUESTED","time":"2026-01-01T00:00:01.000Z"}
            {"sequence":4,"kind":"CLOSED","time":"2026-01-01T00:00:02.000Z","state":"CANCELLED"}
            """
        try await RecordedHistory(jsonLines: slept + "\n" + cancelled).replay(with: flow)
    }

    @Test(
        "that can't be read names the line",
        arguments: [
            ("", 1), ("{}", 1), ("no JSON", 1),
            (#"{"sequence":1,"kind":"CANCEL_REQUESTED","time":"2026-01-01T00:00:00.000Z"}"#, 1),
            (#"{"sequence":1,"kind":"NEWER","time":"2026-01-01T00:00:00.000Z"}"#, 1),
            (#"{"sequence":1,"kind":"STARTED","time":"yesterday","type":"f","seed":"1","input":1}"#, 1),
            (
                #"{"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"f","seed":"1","input":1}"#
                    + "\n" + #"{"sequence":3,"kind":"CANCEL_REQUESTED","time":"2026-01-01T00:00:00.000Z"}"#, 2
            ),
        ])
    func unreadable(text: String, line: Int) throws {
        let error = #expect(throws: HistoryUnreadable.self) { try RecordedHistory(jsonLines: text) }
        #expect(error?.line == line)
    }
}
