public import AetherRuntime

/// A store whose database several servers share, each for the shards it owns.
///
/// A server joins as a node, with a lease that it renews. It claims shards that nobody owns and lets go of its own; those of a
/// node whose lease is over become free when another one evicts it. **The store sees to it that nothing of a node is
/// written any more once it is evicted**, whatever it was doing at that moment: the eviction waits for a transaction of the
/// node that is under way, or that transaction fails. So a node that still takes itself for an owner does no harm, however
/// late it is.
///
/// Above the store, the engine acts on what it owns only, and asks ``renew()`` for that again and again.
public protocol SharedStore: WorkflowStore {
    /// Becomes a node of the database, without any shard.
    ///
    /// - Parameters:
    ///   - node: whose id nobody had before.
    ///   - replaces: whether a node of the same address goes for it: a server that is started anew is sure that the process
    ///     before it is gone. Else one that has a lease is in the way.
    /// - Throws: ``StoreError``: `inUse` when there is another node of this address; `unwritable`, `closed`.
    func join(_ node: ClusterNode, replaces: Bool) async throws(StoreError)

    /// Renews this node's lease, for ``leaseDuration`` from now on.
    ///
    /// - Returns: who is there, and who owns what.
    /// - Throws: ``StoreError``: `evicted` when the node was evicted, and has to join anew; `unwritable`, `closed`.
    func renew() async throws(StoreError) -> Membership

    /// Changes who owns what, in one transaction. What is no longer as the caller thinks is left as it is: ``renew()`` tells
    /// what has come of it.
    ///
    /// - Parameters:
    ///   - evictions: nodes that go, if their leases are over; their shards become free.
    ///   - claims: shards that become this node's, if they are free.
    ///   - releases: shards that become free, if they are this node's.
    /// - Throws: ``StoreError``: `evicted` when the node was evicted; `unwritable`, `closed`.
    func change(evictions: [String], claims: ShardSet, releases: ShardSet) async throws(StoreError)

    /// Says which shards the engine acts on from now on. What the store is asked of open, due or closed workflows as a
    /// whole is of these alone, and writes to others are refused.
    func serve(_ shards: ShardSet) async

    /// As ``openWorkflows(after:limit:)``, of some shards.
    func openWorkflows(in shards: ShardSet, after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID]

    /// How long a lease lasts.
    var leaseDuration: Duration { get }
}
