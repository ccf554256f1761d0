/// Some of the shards, as a bit each.
public struct ShardSet: Hashable, Sendable {
    private var words: SIMD4<UInt64> = .zero

    /// No shard.
    public init() {}

    public init(_ shards: some Sequence<Shard>) {
        for shard in shards { insert(shard) }
    }

    public static let all = ShardSet(Shard.all)

    public func contains(_ shard: Shard) -> Bool {
        words[Int(shard.number) >> 6] & Self.bit(of: shard) != 0
    }

    public mutating func insert(_ shard: Shard) {
        words[Int(shard.number) >> 6] |= Self.bit(of: shard)
    }

    public func union(_ other: ShardSet) -> ShardSet { ShardSet(words: words | other.words) }

    public func intersection(_ other: ShardSet) -> ShardSet { ShardSet(words: words & other.words) }

    public func subtracting(_ other: ShardSet) -> ShardSet { ShardSet(words: words & ~other.words) }

    public var isEmpty: Bool { words == .zero }

    public var count: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }

    /// In the order of their numbers.
    public var shards: [Shard] { Shard.all.filter(contains) }

    private init(words: SIMD4<UInt64>) {
        self.words = words
    }

    private static func bit(of shard: Shard) -> UInt64 { 1 << (UInt64(shard.number) & 63) }
}
