import AetherRuntime
import AetherStorage

/// The database that the servers of a world share: who they are, who owns what, and the workflows. Each call is one transaction,
/// as PostgreSQL would make it.
///
/// A transaction there has the row of its node locked from its first statement to its end, so that an eviction comes before it
/// or after it. Here all of it happens at its end, at one moment, which is the same to everybody who looks.
///
/// Like PostgreSQL it does not know which shards a write is of: that a node writes to its own alone is what ``History`` sees to.
///
/// Unchecked for the reason of ``Scheduler``.
final class SharedDatabase: @unchecked Sendable {
    struct Node {
        var node: ClusterNode
        /// By the database's clock, in milliseconds.
        var leaseUntil: Int64
        /// Tells this node's writes apart: each replaces the one that its server left there last.
        var mark: UInt64
        var shards = ShardSet()
    }

    /// Whose transaction it is: the node's mark as its server knows it, and the one that takes its place.
    struct Key {
        var node: String
        var mark: UInt64?
        var next: UInt64
    }

    static let lease = Duration.seconds(10)

    let disk: Disk
    private(set) var nodes: [String: Node] = [:]
    private let world: World

    init(_ disk: Disk, of world: World) {
        self.disk = disk
        self.world = world
    }

    private var leaseUntil: Int64 { world.scheduler.now + Self.lease.milliseconds }

    // MARK: Nodes

    func join(_ node: ClusterNode, replaces: Bool, mark: UInt64) throws(DatabaseFailure) {
        try refuseIfBroken()
        let before = nodes.values.filter { $0.node.address == node.address && $0.node.id != node.id }
        for old in before where replaces || old.leaseUntil < world.scheduler.now { remove(old.node.id) }
        if nodes.values.contains(where: { $0.node.address == node.address && $0.node.id != node.id }) {
            throw .addressInUse
        }
        let shards = nodes[node.id]?.shards ?? ShardSet()
        nodes[node.id] = Node(node: node, leaseUntil: leaseUntil, mark: mark, shards: shards)
        world.trace("\(node.id) joins at \(node.address)")
    }

    func renew(_ id: String, mark: UInt64) throws(DatabaseFailure) -> Membership {
        try refuseIfBroken()
        guard nodes[id]?.mark == mark else { throw .fenced }
        nodes[id]?.leaseUntil = leaseUntil
        return Membership(
            members: nodes.values.map { node in
                Membership.Member(
                    node: node.node, lease: .milliseconds(node.leaseUntil - world.scheduler.now), shards: node.shards)
            })
    }

    func change(
        evictions: [String], claims: ShardSet, releases: ShardSet, as key: Key
    ) throws(DatabaseFailure) {
        try refuseIfBroken()
        try replaceMark(key)
        for id in evictions {
            guard let node = nodes[id], node.leaseUntil < world.scheduler.now else { continue }
            remove(id)
            world.trace("\(key.node) evicts \(id)")
        }
        let taken = nodes.values.reduce(ShardSet()) { $0.union($1.shards) }
        let claimed = claims.subtracting(taken)
        let kept = (nodes[key.node]?.shards ?? ShardSet()).union(claimed).subtracting(releases)
        nodes[key.node]?.shards = kept
        world.trace("\(key.node) claims \(claimed.count), lets go of \(releases.count), and has \(kept.count)")
    }

    func leave(as key: Key) throws(DatabaseFailure) {
        try replaceMark(key)
        remove(key.node)
        world.trace("\(key.node) leaves")
    }

    private func remove(_ id: String) {
        nodes[id] = nil
    }

    // MARK: Marks

    func mark(of id: String) throws(DatabaseFailure) -> UInt64 {
        guard let node = nodes[id] else { throw .fenced }
        return node.mark
    }

    /// What is late on its way is not written any more.
    func setMark(of id: String, to mark: UInt64) {
        nodes[id]?.mark = mark
    }

    /// Ends the transaction if the node was evicted, or has written since; renews its lease.
    private func replaceMark(_ key: Key) throws(DatabaseFailure) {
        guard isCurrent(key) else { throw .fenced }
        nodes[key.node]?.mark = key.next
        nodes[key.node]?.leaseUntil = leaseUntil
    }

    func isCurrent(_ key: Key) -> Bool { nodes[key.node]?.mark == key.mark }

    private func refuseIfBroken() throws(DatabaseFailure) {
        if disk.isBroken { throw .refused }
    }

    // MARK: Workflows

    func commit(_ batch: [WorkflowWrite], as key: Key) async throws(DatabaseFailure) -> Set<WorkflowID> {
        try refuseIfBroken()
        if world.faults.commitFails() { throw .refused }
        try replaceMark(key)
        do {
            let taken = try await disk.memory.commit(batch)
            let written = batch.map(\.id).filter { !taken.contains($0) }
            world.history.written(written, by: key.node, whose: nodes[key.node]?.shards ?? ShardSet())
            world.history.written(batch, except: taken, isVolatile: false)
            return taken
        } catch {
            world.fail("\(batch.first?.id.rawValue ?? ""): \(key.node) writes what does not fit: \(error)")
            throw .refused
        }
    }

    func delete(_ ids: [WorkflowID], as key: Key) async throws(DatabaseFailure) -> Set<WorkflowID> {
        try refuseIfBroken()
        try replaceMark(key)
        do {
            let gone = try await disk.memory.delete(ids)
            world.history.written(Array(gone), by: key.node, whose: nodes[key.node]?.shards ?? ShardSet())
            world.history.deleted(gone)
            return gone
        } catch {
            throw .refused
        }
    }

    func probe(as key: Key) throws(DatabaseFailure) {
        try refuseIfBroken()
        try replaceMark(key)
    }
}
