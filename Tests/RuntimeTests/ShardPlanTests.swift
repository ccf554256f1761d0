import Testing

@testable import AetherRuntime

@Suite("The shards of a cluster")
struct ShardPlanTests {
    private func member(_ name: String, lease: Duration = .seconds(10), _ shards: ShardSet = ShardSet())
        -> Membership.Member
    {
        Membership.Member(
            node: ClusterNode(id: name, address: "\(name):7233", version: "1"), lease: lease, shards: shards)
    }

    /// What comes of it when every node does what it plans, one after the other, until nobody plans anything.
    private func settled(_ members: [Membership.Member], rounds: Int = 100) -> Membership {
        var membership = Membership(members: members)
        for _ in 0..<rounds {
            var isDone = true
            for id in membership.members.filter(\.isAlive).map(\.node.id) {
                let plan = ShardPlan(for: id, in: membership)
                if !plan.isEmpty { isDone = false }
                membership.members.removeAll { plan.evictions.contains($0.node.id) }
                guard let index = membership.members.firstIndex(where: { $0.node.id == id }) else { continue }
                let claimed = plan.claims.intersection(membership.free)
                membership.members[index].shards = membership.members[index].shards.union(claimed)
                    .subtracting(plan.releases)
            }
            if isDone { break }
        }
        return membership
    }

    @Test("a workflow's shard is the same for ever")
    func numbers() {
        #expect(Shard(of: WorkflowID(rawValue: "")).number == 0x25)
        #expect(Shard(of: WorkflowID(rawValue: "a")).number == 0x8c)
        #expect(
            Shard(of: WorkflowID(rawValue: "order-17")).number == Shard(of: WorkflowID(rawValue: "order-17")).number)
        #expect(Shard(number: -1) == nil && Shard(number: 256) == nil && Shard(number: 255)?.number == 255)
    }

    @Test("a set of shards is as a set of numbers")
    func sets() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<100 {
            let (left, right) = (
                Set((0..<60).map { _ in Int16.random(in: 0..<256, using: &generator) }),
                Set((0..<200).map { _ in Int16.random(in: 0..<256, using: &generator) })
            )
            func set(_ numbers: Set<Int16>) -> ShardSet { ShardSet(numbers.compactMap(Shard.init(number:))) }
            #expect(set(left).union(set(right)) == set(left.union(right)))
            #expect(set(left).intersection(set(right)) == set(left.intersection(right)))
            #expect(set(left).subtracting(set(right)) == set(left.subtracting(right)))
            #expect(set(left).shards.map(\.number) == left.sorted() && set(left).count == left.count)
        }
        #expect(ShardSet.all.count == 256 && ShardSet().isEmpty && !ShardSet.all.isEmpty)
    }

    @Test("a node alone claims all that is free; several come to have about as many each, and then leave it at that")
    func spread() throws {
        let alone = settled([member("a")])
        #expect(alone.members[0].shards == .all)
        let three = settled([member("a", .all), member("b"), member("c")])
        #expect(three.free.isEmpty)
        for member in three.members { #expect((60...110).contains(member.shards.count), "\(member.shards.count)") }
        for member in three.members { #expect(ShardPlan(for: member.node.id, in: three).isEmpty) }
        // One that goes moves its own alone.
        let two = settled(three.members.filter { $0.node.id != "b" })
        for before in three.members where before.node.id != "b" {
            let after = try #require(two.member(before.node.id))
            #expect(after.shards.intersection(before.shards) == before.shards)
        }
        // One that comes back at its address gets the same again.
        let back = settled(two.members + [member("b")])
        #expect(back.members.map(\.shards) == three.members.map(\.shards))
    }

    @Test("a node whose lease is over is evicted, and what it had is claimed; never one's own")
    func dead() {
        let low = ShardSet(ShardSet.all.shards.prefix(128))
        let members = [member("a", low), member("b", lease: .zero, ShardSet.all.subtracting(low))]
        let plan = ShardPlan(for: "a", in: Membership(members: members))
        #expect(plan.evictions == ["b"] && plan.claims == ShardSet.all.subtracting(low) && plan.hasFreed)
        #expect(ShardPlan(for: "b", in: Membership(members: members)).evictions == [])
        #expect(ShardPlan(for: "c", in: Membership(members: members)).isEmpty)
        #expect(settled(members).members.map(\.shards) == [.all])
    }

    @Test("a node that renews its lease no longer keeps what it has, and is left nothing more")
    func late() {
        let low = ShardSet(ShardSet.all.shards.prefix(128))
        func plan(lease: Duration, of other: ShardSet, own: ShardSet) -> ShardPlan {
            ShardPlan(
                for: "a", in: Membership(members: [member("a", own), member("b", lease: lease, other)]))
        }
        let high = ShardSet.all.subtracting(low)
        let late = plan(lease: .seconds(5), of: low, own: ShardSet())
        #expect(late.evictions.isEmpty && late.claims == high)
        let prompt = plan(lease: .seconds(6), of: low, own: ShardSet())
        #expect(!prompt.claims.isEmpty && prompt.claims.count < high.count)
        #expect(plan(lease: .seconds(5), of: ShardSet(), own: .all).isEmpty)
        #expect(!plan(lease: .seconds(6), of: ShardSet(), own: .all).isEmpty)
    }

    @Test("of busy shards few are given away at a time, of idle ones all, of pinned ones none")
    func gentle() {
        let membership = Membership(members: [member("a", .all), member("b")])
        let all = ShardPlan(for: "a", in: membership).releases
        #expect(all.count > 80)
        #expect(ShardPlan(for: "a", in: membership, busy: .all).releases.count == ShardPlan.releasesAtOnce)
        #expect(ShardPlan(for: "a", in: membership, pinned: .all).isEmpty)
        let pinned = ShardSet(all.shards.prefix(10))
        #expect(ShardPlan(for: "a", in: membership, pinned: pinned).releases == all.subtracting(pinned))
    }
}
