internal import AetherRuntime

extension SettingValue {
    var nonEmptyText: String {
        get throws(CommandFailure) {
            guard !text.isEmpty else { throw wrong("is empty") }
            return text
        }
    }

    var port: Int {
        get throws(CommandFailure) { try integer(in: 0...65_535, unit: "") }
    }

    var boolean: Bool {
        get throws(CommandFailure) {
            switch text.lowercased() {
            case "true", "1", "yes", "on": return true
            case "false", "0", "no", "off": return false
            default: throw wrong("is '\(text)'; it must be true or false")
            }
        }
    }

    var databasePath: String {
        get throws(CommandFailure) {
            let lower = text.lowercased()
            if lower.hasPrefix("postgres://") || lower.hasPrefix("postgresql://") {
                throw wrong("names a PostgreSQL database, and this version has SQLite only; give the path of a file")
            }
            return try nonEmptyText
        }
    }

    var tier: PersistenceTier {
        get throws(CommandFailure) {
            guard let tier = PersistenceTier(name: text) else {
                throw wrong("is '\(text)'; it must be memory, snapshot or state-action-log")
            }
            return tier
        }
    }

    func integer(in range: ClosedRange<Int>, unit: String) throws(CommandFailure) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw wrong("is '\(text)'; it must be a number from \(range.lowerBound) to \(range.upperBound)\(unit)")
        }
        return value
    }
}
