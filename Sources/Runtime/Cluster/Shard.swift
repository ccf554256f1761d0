/// Which part of a database a workflow belongs to, for ever. Servers that share a database own it shard by shard.
///
/// The number is in every primary key and must come out the same in every version and on every machine: the 64-bit FNV-1a
/// hash (http://www.isthe.com/chongo/tech/comp/fnv/) of the id's UTF-8 bytes, modulo ``count``.
public struct Shard: Hashable, Sendable {
    public static let count = 256

    /// 0 to 255.
    public let number: Int16

    /// - Returns: `nil` for a number that no shard has.
    public init?(number: Int16) {
        guard (0..<Int16(Self.count)).contains(number) else { return nil }
        self.number = number
    }

    init(unchecked number: Int) {
        self.number = Int16(number)
    }

    public init(of id: WorkflowID) {
        self.init(unchecked: Int(SplitMix64.fnv1a(id.rawValue) % UInt64(Self.count)))
    }

    package static var all: some Sequence<Shard> { (0..<count).lazy.map(Shard.init(unchecked:)) }
}
