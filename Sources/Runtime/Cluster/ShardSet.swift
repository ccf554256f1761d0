/// Some of the shards, as a bit each.
///
/// No SIMD vector: it would want an alignment of 32 bytes, and what tasks allocate for asynchronous calls has 16. Swift 6.3 aborts
/// in `swift_task_dealloc` when such a call ends.
public struct ShardSet: Hashable, Sendable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    /// No shard.
    public init() {}

    public init(_ shards: some Sequence<Shard>) {
        for shard in shards { insert(shard) }
    }

    public static let all = ShardSet(Shard.all)

    public func contains(_ shard: Shard) -> Bool {
        let word =
            switch shard.number >> 6 {
            case 0: first
            case 1: second
            case 2: third
            default: fourth
            }
        return word & Self.bit(of: shard) != 0
    }

    public mutating func insert(_ shard: Shard) {
        switch shard.number >> 6 {
        case 0: first |= Self.bit(of: shard)
        case 1: second |= Self.bit(of: shard)
        case 2: third |= Self.bit(of: shard)
        default: fourth |= Self.bit(of: shard)
        }
    }

    public func union(_ other: ShardSet) -> ShardSet { combined(with: other, |) }

    public func intersection(_ other: ShardSet) -> ShardSet { combined(with: other, &) }

    public func subtracting(_ other: ShardSet) -> ShardSet { combined(with: other) { $0 & ~$1 } }

    public var isEmpty: Bool { self == ShardSet() }

    public var count: Int {
        first.nonzeroBitCount + second.nonzeroBitCount + third.nonzeroBitCount + fourth.nonzeroBitCount
    }

    /// In the order of their numbers.
    public var shards: [Shard] { Shard.all.filter(contains) }

    private func combined(with other: ShardSet, _ combine: (UInt64, UInt64) -> UInt64) -> ShardSet {
        var result = ShardSet()
        result.first = combine(first, other.first)
        result.second = combine(second, other.second)
        result.third = combine(third, other.third)
        result.fourth = combine(fourth, other.fourth)
        return result
    }

    private static func bit(of shard: Shard) -> UInt64 { 1 << (UInt64(shard.number) & 63) }
}
