internal import AetherRuntime
internal import Synchronization

/// What a server knows of those that it shares its database with, and until when it may act on that.
final class ClusterState: Sendable {
    private struct Values {
        var membership = Membership()
        /// When the lease was renewed last, by the engine's uptime; `nil` before it has joined, and after it was evicted.
        var renewedAt: Duration?
    }

    private let values = Mutex(Values())
    /// How long after a renewal the server stops acting: well before the lease is over for others, whose clocks may be faster.
    private let patience: Duration

    init(leaseDuration: Duration) {
        patience = leaseDuration * 7 / 10
    }

    var membership: Membership { values.withLock { $0.membership } }

    func renew(_ membership: Membership, at uptime: Duration) {
        values.withLock { $0 = Values(membership: membership, renewedAt: uptime) }
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
