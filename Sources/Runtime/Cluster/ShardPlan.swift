/// What a node does about the shards, decided from what it sees of its cluster. Every node that sees the same wants the same
/// owner for a shard, so that they agree without a word.
///
/// The owner wanted is the prompt node with the highest score for the shard (rendezvous hashing: Thaler, Ravishankar: Using
/// name-based mappings to increase hit rates, IEEE/ACM ToN 1998), so that a node that comes or goes moves its own share alone.
/// One that has not renewed its lease for half of it may be dead: it keeps what it owns while the lease lasts, and gets no more.
package struct ShardPlan: Hashable, Sendable {
    /// Nodes whose lease is over: their shards become free.
    package var evictions: [String] = []
    /// Shards that are free, or are about to be, and are to be this node's.
    package var claims = ShardSet()
    /// Shards that are this node's and are to be another one's: their runs come to rest, then they are let go of.
    package var releases = ShardSet()

    /// Whether shards become free that others may want.
    package var hasFreed: Bool { !evictions.isEmpty || !releases.isEmpty }

    package var isEmpty: Bool { evictions.isEmpty && claims.isEmpty && releases.isEmpty }

    /// How many busy shards a node gives away at a time, so that most runs go on meanwhile.
    package static let releasesAtOnce = 16

    /// - Parameters:
    ///   - id: the node that plans, which is one of the members.
    ///   - membership: what it sees.
    ///   - busy: shards that have runs in memory: it gives few of them away at a time.
    ///   - pinned: shards that it can't let go of.
    package init(
        for id: String, in membership: Membership, busy: ShardSet = ShardSet(), pinned: ShardSet = ShardSet()
    ) {
        guard let own = membership.member(id) else { return }
        // The planning node has just renewed its own.
        let candidates = membership.members.filter { $0.isAlive && $0.lease * 2 > own.lease || $0.node.id == id }
        let dead = membership.members.filter { !$0.isAlive && $0.node.id != id }
        evictions = dead.map(\.node.id)
        let free = dead.reduce(membership.free) { $0.union($1.shards) }
        var busyReleases = 0
        for shard in Shard.all {
            let wanted = Self.owner(of: shard, among: candidates)
            if free.contains(shard), wanted == id { claims.insert(shard) }
            if own.shards.contains(shard), !pinned.contains(shard), let wanted, wanted != id {
                let isBusy = busy.contains(shard)
                if isBusy, busyReleases == Self.releasesAtOnce { continue }
                if isBusy { busyReleases += 1 }
                releases.insert(shard)
            }
        }
    }

    private static func owner(of shard: Shard, among members: [Membership.Member]) -> String? {
        let scores = members.map { member in
            (score: SplitMix64.hash(UInt64(shard.number), member.node.address, 0), id: member.node.id)
        }
        return scores.max { ($0.score, $0.id) < ($1.score, $1.id) }?.id
    }
}
