import AetherRuntime
import AetherServer
import ArgumentParser
import Foundation
import Logging
import Synchronization
import Testing

@testable import AetherCLI

@Suite("The log of aether serve")
struct LogTests {
    private let time = Timestamp(millisecondsSinceEpoch: 1_770_091_506_789)

    /// What is written by a logger while a body logs.
    private func lines(_ line: any LogLine, _ body: (inout Logger) -> Void) -> String {
        let written = Mutex("")
        let time = time
        var logger = Logger(label: "aether") { label in
            LineLogHandler(label: label, level: .info, line: line, now: { time }) { text in
                written.withLock { $0 += text }
            }
        }
        body(&logger)
        return written.withLock { $0 }
    }

    private func text(colour: Bool = false, zone: Int = 0, _ body: (inout Logger) -> Void) throws -> String {
        let terminal = Terminal(width: 80, usesColour: colour)
        return lines(TextLogLine(terminal: terminal, zone: try #require(TimeZone(secondsFromGMT: zone))), body)
    }

    @Test("is one JSON object a line: time, level, message and label, then all that goes with it by name")
    func json() {
        let text = lines(JSONLogLine()) { logger in
            logger[metadataKey: "workflow"] = "o-1"
            logger.info("it began", metadata: ["type": "order", "attempt": .stringConvertible(2)])
            logger.warning("so so")
        }
        #expect(
            text == """
                {"time":"2026-02-03T04:05:06.789Z","level":"info","message":"it began","label":"aether","attempt":2,"type":"order","workflow":"o-1"}
                {"time":"2026-02-03T04:05:06.789Z","level":"warning","message":"so so","label":"aether","workflow":"o-1"}

                """)
    }

    @Test("stays one line of valid JSON whatever is logged")
    func hostileJSON() throws {
        let hostile = "a \"quote\"\\\n\r\t\u{0}\u{1b}[31m\u{7f} – 漢字 🚀 </script>"
        let text = lines(JSONLogLine()) { logger in
            logger.error(
                "\(hostile)",
                metadata: [
                    "e": "\(hostile)", "list": ["x", "\(hostile)", ["deep": "1"]], "\(hostile)": ["b": "2", "a": "1"],
                    "level": "mine", "yes": .stringConvertible(true), "none": [],
                ])
        }
        #expect(text.filter { $0.isNewline }.count == 1 && text.hasSuffix("\n"))
        #expect(!text.dropLast().unicodeScalars.contains { $0.value < 0x20 })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["message"] as? String == hostile)
        #expect(object["e"] as? String == hostile)
        #expect(object["level"] as? String == "error")
        #expect(object["level_"] as? String == "mine")
        #expect(object["yes"] as? Bool == true)
        #expect((object["none"] as? [Any])?.isEmpty == true)
        let list = try #require(object["list"] as? [Any])
        #expect(list[1] as? String == hostile)
        #expect(list[2] as? [String: String] == ["deep": "1"])
        #expect(object[hostile] as? [String: String] == ["a": "1", "b": "2"])
    }

    @Test("is aligned lines for people in their time, and what goes with a message is quoted only where it has to be")
    func text() throws {
        let text = try text(zone: 3600) { logger in
            logger.info("it began", metadata: ["workflow": "o-1", "reason": "no \"stock\"", "empty": ""])
            logger.critical("so so", metadata: ["list": ["a", "b c"], "map": ["y": "2", "x": "1"]])
            logger.notice("short")
        }
        #expect(
            text == """
                2026-02-03 05:05:06.789  INFO      it began                                  empty="" reason="no \\"stock\\"" workflow=o-1
                2026-02-03 05:05:06.789  CRITICAL  so so                                     list=[a, "b c"] map={x: 1, y: 2}
                2026-02-03 05:05:06.789  NOTICE    short

                """)
    }

    @Test("moves no cursor, whatever is logged")
    func hostileText() throws {
        let text = try text { logger in
            logger.info("a\nb\u{1b}[2J", metadata: ["k\n": "v\r\u{1b}[0m\u{2028}"])
        }
        #expect(text.filter { $0.isNewline }.count == 1)
        #expect(!text.contains("\u{1b}") && text.contains("\\u{1B}[2J"))
    }

    @Test("has colours on a terminal that takes them alone")
    func colour() throws {
        let coloured = try text(colour: true) { $0.error("no", metadata: ["a": "b"]) }
        #expect(coloured.contains("\u{1b}[31mERROR   \u{1b}[0m"))
        #expect(try !text { $0.error("no", metadata: ["a": "b"]) }.contains("\u{1b}"))
    }

    @Test("leaves out what is less severe than its level, which each logger has for itself")
    func level() throws {
        let text = try text { logger in
            logger.debug("hidden")
            var other = logger
            other.logLevel = .debug
            other.debug("shown")
            logger.debug("hidden too")
        }
        #expect(text.contains("shown") && !text.contains("hidden"))
    }

    // MARK: Settings

    private func settings(
        flags: [String] = [], environment: [String: String] = [:], file: String = ""
    ) throws -> LogSettings {
        let options = try ServeOptions.parse(flags)
        return try LogSettings(
            options.settings.over(Settings(environment: environment)).over(Settings(toml: file, file: "aether.toml")))
    }

    @Test("has its level and format from a flag before the environment, that before the file, that before the default")
    func precedence() throws {
        let file = "[log]\nlevel = \"error\"\nformat = \"text\""
        let environment = ["AETHER_LOG_LEVEL": "warning", "AETHER_LOG_FORMAT": "json"]
        let all = try settings(
            flags: ["--log-level", "DEBUG", "--log-format", "auto"], environment: environment, file: file)
        #expect(all.level == .debug && all.format == .auto)
        let two = try settings(environment: environment, file: file)
        #expect(two.level == .warning && two.format == .json)
        let one = try settings(file: file)
        #expect(one.level == .error && one.format == .text)
        #expect(try settings() == LogSettings())
        #expect(LogSettings().level == .notice && LogSettings().format == .auto)
    }

    @Test("refuses a level or format that there is not, and says where it was set and what there is")
    func wrong() throws {
        let level = #expect(throws: CommandFailure.self) { try settings(flags: ["--log-level", "loud"]) }
        #expect(level?.message.hasPrefix("--log-level is 'loud'; it must be one of trace, debug, info") == true)
        #expect(level?.exitCode == .validationFailure)
        let format = #expect(throws: CommandFailure.self) { try settings(file: "[log]\nformat = \"xml\"") }
        #expect(
            format?.message == "aether.toml:2: format in [log] is 'xml'; it must be auto, text or json")
    }
}
