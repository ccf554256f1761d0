internal import AetherRuntime
internal import Foundation
internal import Logging

/// Writes each message as a line.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let line: any LogLine
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - label: the logger's.
    ///   - level: the least severe messages that are written.
    ///   - line: how they are written.
    ///   - now: the time.
    ///   - write: takes each line as a whole.
    init(
        label: String, level: Logger.Level, line: any LogLine,
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.label = label
        self.logLevel = level
        self.line = line
        self.now = now
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error, all[LogKey.error] == nil { all[LogKey.error] = "\(error)" }
        write(
            line.text(
                LogRecord(
                    time: now(), level: event.level, label: label, message: event.message.description, metadata: all)))
    }
}
