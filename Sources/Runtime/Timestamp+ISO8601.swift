extension Timestamp {
    /// ISO 8601 in UTC with milliseconds: `2026-02-03T04:05:06.789Z`.
    package var iso8601: String {
        let (date, time) = parts(offsetSeconds: 0)
        return "\(date)T\(time)Z"
    }

    /// Years 1 to 9999: what ISO 8601 has four digits for. Instants beyond are shown as the nearest of them.
    private static let shown: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// The date, `2026-02-03`, and the time, `04:05:06.789`, at an offset from UTC.
    ///
    /// Whole-number arithmetic: a `Date` is a floating-point number of seconds and would lose a millisecond here and
    /// there. The date is by Howard Hinnant's `civil_from_days`.
    package func parts(offsetSeconds: Int64) -> (date: String, time: String) {
        let local = min(max(rawValue, Self.shown.lowerBound), Self.shown.upperBound) + offsetSeconds * 1000
        let (days, rest) = Self.floorDivided(local, by: 86_400_000)
        let (era, dayOfEra) = Self.floorDivided(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.padded($0, 2) }
        return (date, "\(clock.joined(separator: ":")).\(Self.padded(rest % 1000, 3))")
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    private static func padded(_ value: Int64, _ count: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
