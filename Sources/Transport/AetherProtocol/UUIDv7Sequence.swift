/// Time-ordered UUIDs (version 7, RFC 9562 §5.7 and §6.2 method 2): each is greater than the one before, also within one
/// millisecond and when the clock steps back.
///
/// Pure: the time and the random bits come in as arguments.
struct UUIDv7Sequence: Sendable {
    /// 48 bits of milliseconds, then the 12 bits after the version, then the 62 bits after the variant.
    private var milliseconds: UInt64 = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    private static let highMask: UInt64 = 0xfff
    private static let lowMask: UInt64 = (1 << 62) - 1

    /// The next id. `now` is in milliseconds since 1970-01-01 UTC; `random` and `moreRandom` are 64 random bits each.
    ///
    /// Within a millisecond the low half of `random`, plus one, is the distance to the id before, so that ids can't be
    /// guessed from each other.
    mutating func next(now: UInt64, random: UInt64, moreRandom: UInt64) -> String {
        if now > milliseconds {
            milliseconds = now
            // The top bit of the counter starts as 0: room to count within the millisecond.
            high = random & (Self.highMask >> 1)
            low = moreRandom & Self.lowMask
        } else {
            low += (random & 0xffff_ffff) + 1
            if low > Self.lowMask {
                low &= Self.lowMask
                high += 1
            }
            if high > Self.highMask {
                high = 0
                milliseconds += 1
            }
        }
        return text
    }

    private var text: String {
        let first = (milliseconds << 16) | 0x7000 | high
        let second = (1 << 63) | low
        let digits = Self.hex(first) + Self.hex(second)
        return [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> [UInt8] {
        (0..<16).map { position in
            let nibble = UInt8((value >> (60 - 4 * UInt64(position))) & 0xf)
            return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
        }
    }
}
