internal import AetherRuntime
internal import FoundationEssentials

/// The random numbers of one operation: the same in every language and on every replay, and recorded nowhere.
///
/// SplitMix64, whose first state is the run's recorded seed XOR the 64-bit FNV-1a hash of the operation's key in UTF-8.
/// All arithmetic is modulo 2⁶⁴:
///
/// ```
/// hash  = 0xcbf29ce484222325;  for each byte of the key: hash = (hash ^ byte) * 0x100000001b3
/// state = seed ^ hash
/// next:   state = state + 0x9e3779b97f4a7c15
///         z = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9
///         z = (z ^ (z >> 27)) * 0x94d049bb133111eb
///         return z ^ (z >> 31)
/// ```
///
/// Sources: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, in S. Vigna's
/// version; FNV-1a as in draft-eastlake-fnv.
struct KeyedRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, key: OperationKey) {
        let hash = key.rawValue.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        state = seed ^ hash
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

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
