internal import AetherRuntime
internal import Foundation

/// A wire timestamp (milliseconds since 1970-01-01 UTC) as text.
struct Instant {
    var milliseconds: Int64

    /// `nil` for 0, the wire's "not yet".
    init?(wire milliseconds: Int64) {
        guard milliseconds != 0 else { return nil }
        self.milliseconds = milliseconds
    }

    /// ISO 8601 in UTC with milliseconds: `2026-02-03T04:05:06.789Z`.
    var iso8601: String { timestamp.iso8601 }

    private var timestamp: Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds) }

    /// For people: `2026-02-03 04:05:06` in their time zone.
    func dateAndTime(in zone: TimeZone) -> String {
        let (date, time) = timestamp.parts(offsetSeconds: offset(in: zone))
        return "\(date) \(time.prefix(8))"
    }

    /// For people: `04:05:06.789` in their time zone.
    func time(in zone: TimeZone) -> String {
        timestamp.parts(offsetSeconds: offset(in: zone)).time
    }

    private func offset(in zone: TimeZone) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000)))
    }
}
