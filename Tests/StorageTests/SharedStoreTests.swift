import AetherRuntime
import Foundation
import Testing

@testable import AetherStorage

@Suite(
    "A PostgreSQL database that several servers share",
    .enabled(if: PostgresServer.isInstalled, "\(PostgresServer.missing)"),
    .timeLimit(.minutes(5)))
struct SharedStoreTests {
    let server: PostgresServer
    let number: Int

    init() throws {
        server = try PostgresServer.shared()
        number = try server.makeDatabase()
    }

    private static let ids = (1...400).map { WorkflowID(rawValue: "run-\($0)") }

    private func open(lease: Duration = .seconds(10)) async throws -> PostgresStore {
        try await server.open(number) {
            $0.joinsAlone = false
            $0.lease = lease
            $0.patience = .seconds(30)
        }
    }

    private func join(
        _ name: String, _ store: PostgresStore, address: String? = nil, replaces: Bool = false
    ) async throws {
        let node = ClusterNode(id: name, address: address ?? "\(name):7233", version: "1")
        try await store.join(node, replaces: replaces)
    }

    private func claim(_ shards: ShardSet, _ store: PostgresStore) async throws {
        try await store.change(evictions: [], claims: shards, releases: ShardSet())
        await store.serve(shards)
    }

    // What calls end with; `nil` when they succeed.

    private func refusal(of write: WorkflowWrite, by store: PostgresStore) async -> StoreError.Code? {
        do {
            _ = try await store.commit([write])
            return nil
        } catch {
            return error.code
        }
    }

    private func refusalToRenew(_ store: PostgresStore) async -> StoreError.Code? {
        do {
            _ = try await store.renew()
            return nil
        } catch {
            return error.code
        }
    }

    private let low = ShardSet(ShardSet.all.shards.prefix(100))
    private var high: ShardSet { ShardSet.all.subtracting(low) }

    private func id(in shards: ShardSet) throws -> String {
        try #require(Self.ids.first { shards.contains(Shard(of: $0)) }).rawValue
    }

    @Test("nodes join, see one another, and a shard has one owner")
    func owners() async throws {
        let (one, two) = (try await open(), try await open())
        try await join("one", one)
        try await join("two", two)
        try await claim(low, one)
        try await two.change(evictions: [], claims: .all, releases: ShardSet())
        let members = try await one.renew().members
        #expect(members.map(\.node.id) == ["one", "two"])
        #expect(members[0].shards == low && members[1].shards == high)
        #expect(members[1].node == ClusterNode(id: "two", address: "two:7233", version: "1"))
        #expect(members[1].lease > .seconds(5) && members[1].lease <= .seconds(10))
        // What is another one's is neither released nor evicted while its lease lasts.
        try await one.change(evictions: ["two"], claims: high, releases: high)
        #expect(try await two.renew().members.map(\.shards) == [low, high])
        await two.close()
        let last = try await one.renew()
        #expect(last.members.map(\.node.id) == ["one"])
        try await one.change(evictions: [], claims: .all, releases: ShardSet(low.shards.prefix(1)))
        #expect(try await one.renew().members.map(\.shards.count) == [255])
        await one.close()
    }

    @Test("a node whose lease is over is evicted: it writes nothing more, and joins anew under another id")
    func eviction() async throws {
        let (one, two) = (try await open(lease: .seconds(1)), try await open())
        try await join("one", one)
        try await join("two", two)
        try await claim(.all, one)
        let id = try id(in: low)
        _ = try await one.commit([.start(id)])
        try await Task.sleep(for: .milliseconds(1100))
        try await two.change(evictions: ["one"], claims: .all, releases: ShardSet())
        await two.serve(.all)
        #expect(try await two.renew().members.map(\.shards) == [.all])
        for _ in 0..<2 {
            #expect(await refusal(of: .steps(id, 2...2), by: one) == .evicted)
            #expect(await refusalToRenew(one) == .evicted)
        }
        _ = try await two.commit([.steps(id, 2...3)])
        try await join("one again", one, address: "one:7233")
        #expect(try await one.renew().members.map(\.node.id) == ["one again", "two"])
        try await two.change(evictions: [], claims: ShardSet(), releases: low)
        try await claim(low, one)
        _ = try await one.commit([.steps(id, 4...4)])
        #expect(try await one.journal(of: WorkflowID(rawValue: id), after: 0, limit: 9).count == 4)
        await one.close()
        await two.close()
    }

    /// The trap of a mere look at the lease: a write that is under way while the node is evicted, and is committed after that.
    @Test("an eviction waits for a write that is under way, and leaves the node alone if that renews the lease")
    func writeUnderWay() async throws {
        let (one, two) = (try await open(lease: .seconds(1)), try await open())
        try await join("one", one)
        try await join("two", two)
        try await claim(.all, one)
        let id = try id(in: low)
        _ = try await one.commit([.start(id)])
        // Holds the write up behind its first statement.
        let admin = try server.connect(number)
        try admin.run([.begin, PostgresCommand("LOCK TABLE aether.journal IN EXCLUSIVE MODE")])
        async let written = one.commit([.steps(id, 2...2)])
        _ = try server.waiter(in: number, for: "wait_event_type = 'Lock' AND query LIKE '%journal%'")
        try await Task.sleep(for: .milliseconds(1200))
        async let evicted: Void = two.change(evictions: ["one"], claims: .all, releases: ShardSet())
        _ = try server.waiter(in: number, for: "wait_event_type = 'Lock' AND query LIKE '%DELETE FROM aether.node%'")
        try admin.run([.commit])
        _ = try await written
        try await evicted
        // The lease that the write renewed when it began was over by then: what it wrote was there before anybody read.
        #expect(try await two.renew().members.filter { !$0.shards.isEmpty }.map(\.node.id) == ["two"])
        #expect(try await two.journal(of: WorkflowID(rawValue: id), after: 0, limit: 9).count == 2)
        await one.close()
        await two.close()
    }

    @Test("a server that is started anew takes the place of the process before it; another one's address is refused")
    func addresses() async throws {
        let (one, two, three) = (try await open(), try await open(), try await open())
        try await join("one", one)
        try await claim(.all, one)
        do {
            try await join("two", two, address: "one:7233")
            Issue.record("it was not refused")
        } catch let error as StoreError {
            #expect(error.code == .inUse && error.message.contains("one:7233"))
        }
        try await join("three", three, address: "one:7233", replaces: true)
        #expect(try await three.renew().members.map(\.shards) == [ShardSet()])
        #expect(await refusalToRenew(one) == .evicted)
        for store in [one, two, three] { await store.close() }
    }

    @Test("a store tells of the shards that it serves, and refuses to write to others")
    func served() async throws {
        let (one, two) = (try await open(), try await open())
        try await join("one", one)
        try await join("two", two)
        try await claim(low, one)
        try await claim(high, two)
        for id in Self.ids {
            _ = try await (low.contains(Shard(of: id)) ? one : two).commit([.start(id.rawValue)])
        }
        let mine = Set(Self.ids.filter { low.contains(Shard(of: $0)) })
        #expect(Set(try await one.openWorkflows(after: nil, limit: 1000)) == mine)
        #expect(Set(try await two.openWorkflows(in: low, after: nil, limit: 1000)) == mine)
        var pages: [WorkflowID] = []
        while true {
            let page = try await one.openWorkflows(after: pages.last, limit: 7)
            if page.isEmpty { break }
            pages += page
        }
        #expect(Set(pages) == mine && pages.count == mine.count)
        // A list is of all.
        #expect(try await one.list(WorkflowFilter(), after: nil, limit: 1000).count == Self.ids.count)
        #expect(try await one.counts() == WorkflowCounts([.running: Self.ids.count]))
        let stray = try id(in: high)
        #expect(await refusal(of: .steps(stray, 2...2), by: one) == .evicted)
        // Served later, a workflow that was written by another meanwhile is where that left it.
        let moved = try id(in: low)
        _ = try await one.commit([.steps(moved, 2...2)])
        try await one.change(evictions: [], claims: ShardSet(), releases: low)
        await one.serve(ShardSet())
        try await two.change(evictions: [], claims: low, releases: ShardSet())
        await two.serve(.all)
        _ = try await two.commit([.steps(moved, 3...3)])
        try await two.change(evictions: [], claims: ShardSet(), releases: low)
        try await claim(low, one)
        _ = try await one.commit([.steps(moved, 4...4)])
        #expect(try await one.journal(of: WorkflowID(rawValue: moved), after: 0, limit: 9).count == 4)
        await one.close()
        await two.close()
    }

    @Test("before it has joined, a store writes nothing")
    func unjoined() async throws {
        let store = try await open()
        await store.serve(.all)
        #expect(await refusal(of: .start("a"), by: store) == .unwritable)
        #expect(await refusalToRenew(store) == .unwritable)
        await store.close()
    }
}
