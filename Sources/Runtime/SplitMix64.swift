/// The generator SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014): what a run's
/// random values are made of, the same in every language.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    /// The generator of one operation of a run: it begins at `seed` XOR the FNV-1a hash (64 bits) of the key's UTF-8 bytes.
    public init(seed: UInt64, key: String) {
        self.init(seed: seed ^ Self.fnv1a(key))
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 64 bits that follow from a run's seed, a key and a number.
    package static func hash(_ seed: UInt64, _ key: String, _ number: UInt64) -> UInt64 {
        var generator = SplitMix64(seed: seed ^ fnv1a(key) ^ (number &* 0x9e37_79b9_7f4a_7c15))
        return generator.next()
    }

    static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
