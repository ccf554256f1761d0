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

    var hostAndPort: String {
        get throws(CommandFailure) {
            guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
                let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
            else { throw wrong("is '\(text)'; it must be a host and a port, as 10.0.0.7:7233") }
            return text
        }
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

    var tier: PersistenceTier {
        get throws(CommandFailure) {
            guard let tier = PersistenceTier(name: text) else {
                throw wrong("is '\(text)'; it must be memory, snapshot or state-action-log")
            }
            return tier
        }
    }

    var ratio: Double {
        get throws(CommandFailure) {
            guard let ratio = Double(text), (0...1).contains(ratio) else {
                throw wrong("is '\(text)'; it must be a number from 0 to 1")
            }
            return ratio
        }
    }

    /// How long; `nil` for ever.
    var age: Duration? {
        get throws(CommandFailure) {
            if text == "forever" { return nil }
            guard let span = TimeSpan(argument: text, maximumSeconds: 3_153_600_000) else {
                throw wrong("is '\(text)'; it must be forever, or a time as 12h or 30d")
            }
            return span.duration
        }
    }

    /// How many bytes; `nil` for any number.
    var size: Int? {
        get throws(CommandFailure) {
            if text == "unlimited" { return nil }
            let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("", 1)]
            guard let (suffix, factor) = units.first(where: { text.hasSuffix($0.0) }),
                let count = UInt32(text.dropLast(suffix.count)),
                case (let bytes, let overflow) = Int(count).multipliedReportingOverflow(by: factor), !overflow
            else { throw wrong("is '\(text)'; it must be unlimited, or a size as 500MiB or 20GiB") }
            return bytes
        }
    }

    func integer(in range: ClosedRange<Int>, unit: String) throws(CommandFailure) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw wrong("is '\(text)'; it must be a number from \(range.lowerBound) to \(range.upperBound)\(unit)")
        }
        return value
    }
}
