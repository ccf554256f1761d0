internal import AetherRuntime
internal import Foundation
internal import Logging

/// A message as a line for people: local time, level, text, then `key=value` for all that goes with it, sorted by key.
struct TextLogLine: LogLine {
    /// How wide messages are made, so that what goes with them begins in one column.
    private static let messageWidth = 40
    private static let levelWidth = 8

    var terminal: Terminal
    var zone: TimeZone

    func text(_ record: LogRecord) -> String {
        let seconds = Double(record.time.rawValue) / 1000
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
        let (date, time) = record.time.parts(offsetSeconds: Int64(offset))
        let level = padded(record.level.rawValue.uppercased(), to: Self.levelWidth)
        let start =
            Style.faint.applied(to: "\(date) \(time)", on: terminal)
            + "  " + record.level.style.applied(to: level, on: terminal) + "  "
        let message = Cell.visible(record.message)
        if record.metadata.isEmpty { return start + message + "\n" }
        let metadata = record.metadata.sorted { $0.key < $1.key }.map {
            "\(Cell.visible($0.key))=\(Self.shown($0.value))"
        }
        return start + padded(message, to: Self.messageWidth) + "  "
            + Style.faint.applied(to: metadata.joined(separator: " "), on: terminal) + "\n"
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TextWidth.of(text)))
    }

    private static func shown(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map { shown($0) }.joined(separator: ", ") + "]"
        case .dictionary(let values):
            "{"
                + values.sorted { $0.key < $1.key }.map { "\(Cell.visible($0.key)): \(shown($0.value))" }
                .joined(separator: ", ") + "}"
        }
    }

    /// In quotes only where it would not be clear where it ends.
    private static func quoted(_ text: String) -> String {
        let visible = Cell.visible(text)
        let isClear = !visible.isEmpty && !visible.contains { " \"=,[]{}".contains($0) }
        return isClear ? visible : "\"" + visible.replacing("\"", with: "\\\"") + "\""
    }
}

extension Logger.Level {
    fileprivate var style: Style {
        switch self {
        case .trace, .debug: .faint
        case .info: .plain
        case .notice: .active
        case .warning: .warning
        case .error, .critical: .bad
        }
    }
}
