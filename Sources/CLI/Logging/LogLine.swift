internal import AetherRuntime
internal import Logging

/// How one message is written.
protocol LogLine: Sendable {
    /// The message as a line, its end included.
    func text(_ record: LogRecord) -> String
}

/// One message, with all that goes with it.
struct LogRecord {
    var time: Timestamp
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata
}
