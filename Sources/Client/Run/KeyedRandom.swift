internal import AetherRuntime
internal import FoundationEssentials

/// The random numbers of one operation: the same in every language and on every replay, and recorded nowhere.
///
/// The outputs are those of `SplitMix64(seed:key:)`, which says how they are computed.
struct KeyedRandom: RandomNumberGenerator {
    private var generator: SplitMix64

    init(seed: UInt64, key: OperationKey) {
        generator = SplitMix64(seed: seed, key: key.rawValue)
    }

    mutating func next() -> UInt64 { generator.next() }

    /// A number in 0 ..< 1: the upper 53 bits of the next output, times 2⁻⁵³.
    mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in 0 ..< bound, every one equally likely: the upper half of output × bound. An output whose lower half is
    /// below (2⁶⁴ − bound) mod bound is passed over. A bound of 0 stands for 2⁶⁴: the output itself.
    ///
    /// Source: D. Lemire, "Fast random integer generation in an interval", 2019.
    mutating func below(_ bound: UInt64) -> UInt64 {
        guard bound != 0 else { return next() }
        let threshold = (0 &- bound) % bound
        while true {
            let (high, low) = next().multipliedFullWidth(by: bound)
            if low >= threshold { return high }
        }
    }

    /// A version 4 UUID (RFC 9562) of the next two outputs, each big-endian, with the version and variant bits set.
    mutating func uuid() -> UUID {
        uuidBytes().withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    mutating func uuidBytes() -> [UInt8] {
        var bytes = [next(), next()].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        return bytes
    }
}
