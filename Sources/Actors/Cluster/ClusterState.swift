internal import AetherRuntime
internal import Synchronization

/// What a server knows of those that it shares its database with, and until when it may act on that.
final class ClusterState: Sendable {
    private struct Values {
        /// This server's node.
        var id = ""
        var membership = Membership()
        /// Who owned each shard last.
        var owners: [Shard: String] = [:]
        /// When the lease was renewed last, by the engine's uptime; `nil` before it has joined, and after it was evicted.
        var renewedAt: Duration?
    }

    private let values = Mutex(Values())
    /// How long after a renewal the server stops acting: well before the lease is over for others, whose clocks may be faster.
    private let patience: Duration

    init(leaseDuration: Duration) {
        patience = leaseDuration * 7 / 10
    }

    var id: String {
        get { values.withLock { $0.id } }
        set { values.withLock { $0.id = newValue } }
    }

    var membership: Membership { values.withLock { $0.membership } }

    /// - Returns: the shards that have another owner than before; those that have none are told when they have one.
    func renew(_ membership: Membership, at uptime: Duration) -> ShardSet {
        values.withLock { values in
            values.membership = membership
            values.renewedAt = uptime
            var changed = ShardSet()
            for shard in Shard.all {
                guard let owner = membership.owner(of: shard)?.node.id else { continue }
                let before = values.owners.updateValue(owner, forKey: shard)
                if let before, before != owner { changed.insert(shard) }
            }
            return changed
        }
    }

    func evict() {
        values.withLock { $0.renewedAt = nil }
    }

    func isLeaseOver(at uptime: Duration) -> Bool {
        values.withLock { values in values.renewedAt.map { uptime - $0 > patience } ?? true }
    }

    /// Who owns a workflow; `nil` while nobody does.
    func owner(of id: WorkflowID) -> ClusterNode? {
        values.withLock { $0.membership.owner(of: Shard(of: id))?.node }
    }
}
