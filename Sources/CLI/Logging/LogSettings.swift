internal import Foundation
internal import Logging

/// What `[log]` and its flags say.
struct LogSettings: Hashable, Sendable {
    var level = Logger.Level.notice
    var format = LogFormat.auto

    init() {}

    /// The defaults, and what was set.
    ///
    /// - Throws: ``CommandFailure`` that names the place of a value which makes no sense.
    init(_ settings: Settings) throws(CommandFailure) {
        if let value = settings[.logLevel] { level = try value.logLevel }
        if let value = settings[.logFormat] { format = try value.logFormat }
    }

    /// Has everything in this process log to standard error.
    func bootstrap() {
        let (level, format) = (level, format)
        let terminal = Terminal.current(STDERR_FILENO)
        LoggingSystem.bootstrap { label in
            let line: any LogLine =
                switch format {
                case .json: JSONLogLine()
                case .auto where terminal.width == nil: JSONLogLine()
                case .auto, .text: TextLogLine(terminal: terminal, zone: .autoupdatingCurrent)
                }
            return LineLogHandler(label: label, level: level, line: line) { StandardError.write($0) }
        }
    }
}
