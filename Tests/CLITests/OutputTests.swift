import AetherProtocol
import Foundation
import Testing

@testable import AetherCLI

@Suite("Output for people")
struct OutputTests {
    @Test("is a table with aligned columns and no spaces at the end of a line")
    func table() {
        var table = Table(["ID", "STATE", "NOTE"], terminal: .none)
        let text = table.page([["a", "RUNNING", "x"], ["longer", "FAILED", ""]])
        #expect(text == "ID      STATE    NOTE\na       RUNNING  x\nlonger  FAILED\n")
        #expect(table.page([["b", "PENDING", "y"]]) == "b       PENDING  y\n")
    }

    @Test("aligns characters that take two columns or none")
    func width() {
        #expect(TextWidth.of("abc") == 3)
        #expect(TextWidth.of("注文") == 4)
        #expect(TextWidth.of("e\u{301}") == 1)
        #expect(TextWidth.of("😀") == 2)
        #expect(TextWidth.of("👩‍👩‍👧") == 2)
        var table = Table(["A", "B"], terminal: .none)
        #expect(table.page([["注文", "x"], ["abc", "y"]]) == "A     B\n注文  x\nabc   y\n")
    }

    @Test("cuts the last column at the edge of a narrow terminal, and nothing in a pipe")
    func narrow() {
        let long = Cell(String(repeating: "x", count: 50))
        var narrow = Table(["A", "B"], terminal: Terminal(width: 20, usesColour: false))
        for line in narrow.page([["abc", long]]).split(separator: "\n") {
            #expect(TextWidth.of(String(line)) <= 20)
        }
        var pipe = Table(["A", "B"], terminal: .none)
        #expect(pipe.page([["abc", long]]).contains(long.text))
    }

    @Test("takes room from the widest columns where a terminal is too narrow for all, from the first one last")
    func fitting() {
        let row: [Cell] = ["0123456789abcdefghij", "order-processing", "RUNNING", "2026-11-24 07:34:10", "8 ms"]
        func lines(_ width: Int) -> [String] {
            var table = Table(
                ["ID", "TYPE", "STATE", "CREATED", "TOOK"], terminal: Terminal(width: width, usesColour: false))
            let lines = table.page([row]) + table.page([row])
            return lines.split(separator: "\n").map(String.init)
        }
        #expect(lines(80)[1] == "0123456789abcdefghij  order-processing  RUNNING  2026-11-24 07:34:10  8 ms")
        #expect(lines(60)[1] == "0123456789abcdefghij  order-pro…  RUNNING  2026-11-24…  8 ms")
        #expect(lines(60)[2] == lines(60)[1])
        for width in 44...90 { #expect(lines(width).allSatisfy { TextWidth.of($0) <= width }, "\(width)") }
    }

    @Test("of a watched list is drawn anew on a terminal, and elsewhere tells what is new or has changed")
    func watched() {
        func info(_ id: String, _ state: Aether_V1_State) -> Aether_V1_WorkflowInfo {
            var info = Aether_V1_WorkflowInfo()
            info.workflowID = id
            info.workflowType = "t"
            info.state = state
            return info
        }
        var pipe = WatchedList(terminal: .none, json: false)
        #expect(
            pipe.text([info("b", .running), info("a", .running)]).split(separator: "\n").map { $0.prefix(1) } == [
                "I", "a", "b",
            ])
        #expect(pipe.text([info("b", .running), info("a", .running)]).isEmpty)
        #expect(pipe.text([info("b", .running), info("a", .failed)]).contains("FAILED"))
        var screen = WatchedList(terminal: Terminal(width: 80, height: 4, usesColour: false), json: false)
        let infos = ["d", "c", "b", "a"].map { info($0, .running) }
        #expect(screen.text(infos).hasPrefix("\u{1b}[2J\u{1b}[H"))
        let again = screen.text(infos)
        #expect(again.hasPrefix("\u{1b}[H"))
        // The heading and two rows: the last line is the cursor's.
        #expect(again.filter { $0 == "\n" }.count == 3)
    }

    @Test("cuts between characters, with an ellipsis that fits")
    func truncation() {
        #expect(TextWidth.truncated("abcdef", to: 6) == "abcdef")
        #expect(TextWidth.truncated("abcdef", to: 4) == "abc…")
        #expect(TextWidth.truncated("注文注文", to: 4) == "注…")
        #expect(TextWidth.truncated("abc", to: 0).isEmpty)
    }

    @Test("never sends what users wrote to the terminal as control characters")
    func controlCharacters() {
        #expect(Cell("a\u{1b}[31m\nb\u{2028}").text == "a\\u{1B}[31m\\nb\\u{2028}")
    }

    @Test("is coloured only where that is wanted")
    func colour() {
        let cell = Cell("FAILED", style: .bad)
        #expect(cell.style.applied(to: cell.text, on: .none) == "FAILED")
        let terminal = Terminal(width: 80, usesColour: true)
        #expect(cell.style.applied(to: cell.text, on: terminal) == "\u{1b}[31mFAILED\u{1b}[0m")
        #expect(!Terminal.allowsColour(["NO_COLOR": "1"]))
        #expect(!Terminal.allowsColour(["TERM": "dumb"]))
        #expect(Terminal.allowsColour(["TERM": "xterm", "NO_COLOR": ""]))
    }

    @Test(
        "has times in the reader's zone, and ISO 8601 for programs",
        arguments: [
            (1_770_091_506_789, "2026-02-03T04:05:06.789Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func instants(milliseconds: Int64, text: String) throws {
        let instant = try #require(Instant(wire: milliseconds))
        #expect(instant.iso8601 == text)
        let zone = try #require(TimeZone(secondsFromGMT: 3600))
        let later = try #require(Instant(wire: milliseconds + 3_600_000))
        #expect(instant.dateAndTime(in: zone) == String(later.iso8601.prefix(19)).replacing("T", with: " "))
        #expect(Instant(wire: 0) == nil)
    }

    @Test("has spans of time that fit their size")
    func spans() {
        let spans = [0, 999, 1000, 59_949, 60_000, 3_600_000, 90_000_000].map { ElapsedTime(milliseconds: $0).span }
        #expect(spans == ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 m 0 s", "1 h 0 m", "25 h 0 m"])
    }

    @Test("shows only what a status has")
    func status() throws {
        var status = Aether_V1_WorkflowStatus()
        status.workflowID = "id-1"
        status.workflowType = "hello"
        status.reason = "No worker offers the type \"hello\"."
        let zone = try #require(TimeZone(secondsFromGMT: 0))
        #expect(
            status.fields(in: zone).text(terminal: .none)
                == "id      id-1\ntype    hello\nstate   PENDING\nreason  No worker offers the type \"hello\".\n")
    }
}
