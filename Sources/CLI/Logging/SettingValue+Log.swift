internal import Logging

extension SettingValue {
    var logLevel: Logger.Level {
        get throws(CommandFailure) {
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw wrong("is '\(text)'; it must be one of \(levels)")
            }
            return level
        }
    }

    var logFormat: LogFormat {
        get throws(CommandFailure) {
            guard let format = LogFormat(rawValue: text.lowercased()) else {
                throw wrong("is '\(text)'; it must be auto, text or json")
            }
            return format
        }
    }
}
