/// The value of `grpc-timeout`: at most eight digits and a unit.
enum RPCTimeout {
    /// The duration a header value stands for, or nil if it isn't a timeout.
    static func decode(_ value: some Collection<UInt8>) -> Duration? {
        guard (2...9).contains(value.count), let unit = value.dropFirst(value.count - 1).first else { return nil }
        var amount: Int64 = 0
        for digit in value.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            amount = amount * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return switch unit {
        case UInt8(ascii: "H"): .seconds(amount * 3600)
        case UInt8(ascii: "M"): .seconds(amount * 60)
        case UInt8(ascii: "S"): .seconds(amount)
        case UInt8(ascii: "m"): .milliseconds(amount)
        case UInt8(ascii: "u"): .microseconds(amount)
        case UInt8(ascii: "n"): .nanoseconds(amount)
        default: nil
        }
    }

    /// The header value for a duration, rounded up to what eight digits can say.
    static func encode(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 { return "0n" }
        let largest: Int64 = 99_999_999
        if seconds == 0, attoseconds / 1_000_000_000 <= largest { return "\(attoseconds / 1_000_000_000)n" }
        if seconds < 99 { return "\(seconds * 1_000_000 + roundedUp(attoseconds, by: 1_000_000_000_000))u" }
        if seconds < 99_999 { return "\(seconds * 1000 + roundedUp(attoseconds, by: 1_000_000_000_000_000))m" }
        if seconds < largest { return "\(seconds + (attoseconds > 0 ? 1 : 0))S" }
        return "\(min(roundedUp(seconds, by: 3600), largest))H"
    }

    private static func roundedUp(_ value: Int64, by divisor: Int64) -> Int64 {
        value / divisor + (value % divisor == 0 ? 0 : 1)
    }
}
