internal import ArgumentParser
internal import Logging

/// A log level as people type it.
struct LogLevelArgument: ExpressibleByArgument {
    var level: Logger.Level

    init(level: Logger.Level) {
        self.level = level
    }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.init(level: level)
    }

    var defaultValueDescription: String { level.rawValue }
}
