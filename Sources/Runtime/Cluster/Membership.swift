/// Who shares a database, and who owns what, at one moment.
public struct Membership: Hashable, Sendable {
    /// A node, as the database has it.
    public struct Member: Hashable, Sendable {
        public var node: ClusterNode
        /// How long its lease lasts by the database's clock; nothing or less when it is over.
        public var lease: Duration
        public var shards: ShardSet

        public init(node: ClusterNode, lease: Duration, shards: ShardSet = ShardSet()) {
            self.node = node
            self.lease = lease
            self.shards = shards
        }

        package var isAlive: Bool { lease > .zero }
    }

    /// In the order of their ids.
    public var members: [Member]

    public init(members: [Member] = []) {
        self.members = members.sorted { $0.node.id < $1.node.id }
    }

    public func member(_ id: String) -> Member? { members.first { $0.node.id == id } }

    /// The shards that nobody owns.
    package var free: ShardSet { members.reduce(ShardSet.all) { $0.subtracting($1.shards) } }

    package func owner(of shard: Shard) -> Member? { members.first { $0.shards.contains(shard) } }
}
