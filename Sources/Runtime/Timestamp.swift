/// A point of wall-clock time in whole milliseconds since 1970-01-01 00:00 UTC, as journals and the wire carry it.
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    public var millisecondsSinceEpoch: Int64 { rawValue }

    public init(millisecondsSinceEpoch: Int64) {
        self.init(rawValue: millisecondsSinceEpoch)
    }

    /// The instant so many milliseconds later; nothing happens when they are negative, and there is an end of time.
    public func advanced(by milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = rawValue.addingReportingOverflow(max(0, milliseconds))
        return Timestamp(rawValue: overflow ? .max : sum)
    }

    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.rawValue < rhs.rawValue }
}
