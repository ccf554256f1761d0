package import AetherRuntime
internal import AetherStorage
internal import Logging

/// A server among those that share its database: it keeps its lease, and serves the shards it owns.
extension Engine {
    /// How often a lease is renewed, and looked who else is there.
    private static let renewalInterval = Duration.seconds(3)
    private static let retryInterval = Duration.milliseconds(500)
    /// After another one's lease is over, so long the others wait in addition, each a part of it at random.
    private static let jitter: UInt64 = 300

    /// Whether several servers may share the database.
    package var isShared: Bool { cluster != nil }

    /// Keeps the membership of this server, until it is cancelled. Returns at once where the database is not shared.
    ///
    /// - Parameter describe: how the others reach this server; with a new id each time.
    package func keepMembership(as describe: () -> ClusterNode) async {
        guard let cluster, let store = sharedStore else { return }
        var node = describe()
        var isFirst = true
        while !Task.isCancelled {
            do throws(StoreError) {
                try await store.join(node, replaces: isFirst)
                cluster.id = node.id
                isFirst = false
                logger.info("the server has joined", metadata: [LogKey.node: "\(node.id)"])
                try await keepLease(of: node.id, in: store, cluster)
                // The server stops: what it has decided is still written, and its shards go with its node.
                return
            } catch {
                // The server stops.
                if error.code == .closed { return }
                logger.error("the server is none of those of its database", metadata: [LogKey.error: "\(error)"])
            }
            cluster.evict()
            await lose(registry.served, store)
            guard (try? await clock.sleep(Self.retryInterval)) != nil else { return }
            node = describe()
        }
    }

    /// Renews the lease again and again, and does about the shards what is to be done.
    ///
    /// - Throws: `evicted`; other errors of joining. What else goes wrong is tried again.
    private func keepLease(of id: String, in store: any SharedStore, _ cluster: ClusterState) async throws(StoreError) {
        while !Task.isCancelled {
            var pause = Self.retryInterval
            do throws(StoreError) {
                var membership = try await renewed(store, cluster)
                await follow(membership.member(id)?.shards ?? ShardSet(), store)
                let shards = registry.shards
                let plan = ShardPlan(for: id, in: membership, busy: shards.busy, pinned: shards.ofMemory)
                if !plan.isEmpty {
                    await leave(plan.releases, store)
                    try await store.change(
                        evictions: plan.evictions, claims: plan.claims, releases: plan.releases)
                    membership = try await renewed(store, cluster)
                    if plan.hasFreed { await peers?.haveLook(membership.members.map(\.node).filter { $0.id != id }) }
                    await follow(membership.member(id)?.shards ?? ShardSet(), store)
                }
                pause = self.pause(before: id, membership)
            } catch {
                if error.code == .evicted || error.code == .closed { throw error }
                logger.warning("the lease can't be renewed", metadata: [LogKey.error: "\(error)"])
                if cluster.isLeaseOver(at: clock.uptime()) { await lose(registry.served, store) }
            }
            await wait(pause)
        }
    }

    private func renewed(_ store: any SharedStore, _ cluster: ClusterState) async throws(StoreError) -> Membership {
        let began = clock.uptime()
        let membership = try await store.renew()
        let changed = cluster.renew(membership, at: began)
        peers?.follow(membership.members.filter(\.isAlive).map(\.node).filter { $0.id != cluster.id })
        if !changed.isEmpty { inBackground { await self.tellAgain(changed) } }
        return membership
    }

    /// Shards have another owner: what the one before may not have told, or not have heard, runs of this server say again.
    private func tellAgain(_ shards: ShardSet) async {
        for workflow in registry.all {
            let execution = await workflow.snapshot().execution
            let unfinished = execution.unfinishedEffects.compactMap {
                RunMessage($0, of: execution.id, seed: execution.start.seed, in: execution.start.trace)
            }
            messages.put(
                contentsOf: unfinished.filter { shards.contains(Shard(of: $0.recipient)) }.map { .message($0) })
            guard let parent = execution.start.parent, shards.contains(Shard(of: parent.workflow)) else { continue }
            if (try? await followParent(of: workflow)) == nil { followParentLater(of: workflow) }
        }
    }

    /// How long to wait until the next look: until another one's lease may be over, if that is soon.
    private func pause(before id: String, _ membership: Membership) -> Duration {
        let others = membership.members.filter { $0.node.id != id }
        guard let soonest = others.map(\.lease).min() else { return Self.renewalInterval }
        let late = Duration.milliseconds(Int64(50 + clock.random() % Self.jitter))
        return min(Self.renewalInterval, max(.zero, soonest) + late)
    }

    private func wait(_ duration: Duration) async {
        await withTaskGroup(of: Void.self) { [clock, membershipBell] group in
            group.addTask { try? await clock.sleep(duration) }
            group.addTask { _ = await membershipBell.take() }
            await group.next()
            group.cancelAll()
        }
    }

    /// Waits until somebody serves every shard, or where the database is not shared: for a while.
    package func untilServed() async {
        guard let cluster else { return }
        for _ in 0..<1_000 where cluster.isLeaseOver(at: clock.uptime()) || !cluster.membership.free.isEmpty {
            guard (try? await clock.sleep(.milliseconds(20))) != nil else { return }
        }
    }

    /// Who owns what now; `nil` where the database is not shared.
    package var owners: ShardOwners? {
        cluster.map { ShardOwners(served: registry.served, members: $0.membership.members, own: $0.id) }
    }

    /// Whether a new workflow of this id would be this server's.
    package func serves(_ id: WorkflowID) -> Bool { registry.serves(id) }

    /// Looks at once who owns what: something has changed, says another server.
    package func lookAtMembership() {
        membershipBell.put(())
    }

    // MARK: Shards

    /// Serves what it owns, says the database, and nothing else.
    private func follow(_ owned: ShardSet, _ store: any SharedStore) async {
        let served = registry.served
        await lose(served.subtracting(owned), store)
        let gained = owned.subtracting(served)
        if gained.isEmpty { return }
        await store.serve(owned)
        var claims = await claimTasks(of: gained)
        registry.serve(gained)
        // From here on a worker that registers is told whose a task is.
        claims += await claimUnserved(gained)
        logger.info("shards were taken over", metadata: [LogKey.count: "\(gained.count)"])
        inBackground { [claims] in
            await self.recover(gained)
            await self.confirm(claims)
        }
    }

    /// Lets go of shards: what their runs have decided is written before it returns.
    private func leave(_ shards: ShardSet, _ store: any SharedStore) async {
        if shards.isEmpty { return }
        for workflow in registry.abandon(shards) { await workflow.leave() }
        for lane in lanes.values { await lane.persistence.settle() }
        await forget(shards)
        await store.serve(registry.served)
    }

    /// Shards are others' already, or nobody knows: memory forgets them.
    private func lose(_ shards: ShardSet, _ store: any SharedStore) async {
        if shards.isEmpty { return }
        for workflow in registry.abandon(shards) { workflow.discard() }
        await forget(shards)
        await store.serve(registry.served)
        logger.warning("shards were lost", metadata: [LogKey.count: "\(shards.count)"])
    }

    private func forget(_ shards: ShardSet) async {
        waiters.stop(shards)
        // Runs in memory alone end with their owner.
        if let lane = lanes[.memory], let memory = lane.store as? MemoryStore {
            await lane.persistence.settle()
            memory.forget { shards.contains(Shard(of: $0)) }
        }
        for session in sessions.all {
            let (tasks, freed) = await session.forget(shards)
            // What it has seen of their journals is not known, so all is pushed again.
            peers?.keep(tasks.map { HeldTask(worker: session.workerID, task: text(of: $0), seen: 0) })
            await dispatcher.giveBack(freed)
        }
    }

    private typealias Claims = [(session: WorkerSession, task: WorkerSession.HeldTask)]

    /// Workers have tasks in memory of runs in shards that another server had: they keep them.
    private func claimTasks(of shards: ShardSet) async -> Claims {
        guard let cluster, let peers else { return [] }
        let nodes = cluster.membership.members.filter(\.isAlive).map(\.node).filter { $0.id != cluster.id }
        var claims: Claims = []
        for (worker, group) in Dictionary(grouping: await peers.heldTasks(of: shards, at: nodes), by: \.worker) {
            guard let session = sessions.session(of: worker) else { continue }
            let tasks = group.compactMap { held in
                task(held.task).map { WorkerSession.HeldTask(task: $0, seen: held.seen) }
            }
            claims += await claim(tasks, for: session)
        }
        return claims + (await claimUnserved(shards))
    }

    /// The same for workers that have registered while those runs were nobody's.
    private func claimUnserved(_ shards: ShardSet) async -> Claims {
        var claims: Claims = []
        for session in sessions.all { claims += await claim(await session.takeUnserved(shards), for: session) }
        return claims
    }

    private func claim(_ tasks: [WorkerSession.HeldTask], for session: WorkerSession) async -> Claims {
        if tasks.isEmpty { return [] }
        let taken = await session.claim(tasks)
        if let connection = taken.connection, taken.count < 0 { await scheduler.occupy([connection: -taken.count]) }
        return tasks.map { (session, $0) }
    }

    /// Tells workers what the runs they go on with have behind what they know, and of which they no longer have the lease.
    private func confirm(_ claims: Claims) async {
        for (session, held) in claims {
            guard let worker = await session.current?.worker else { continue }
            if (try? await holds(worker, held.task)) ?? true {
                await pushAgain([held], to: session)
                // What it has, another server said.
                await askFor([held.task], session)
            } else {
                await dispatcher.perform([.send(.revoke(held.task)), .free(held.task)], of: session)
            }
        }
    }

    // MARK: Places at workers

    /// Another server wants places for tasks of its own, and stands in line for them.
    package func stand(in line: [TaskScheduler.Wanted], for node: String) async {
        let requests = line.flatMap { one in repeatElement(one.request(of: node), count: one.count) }
        await dispatcher.give(await scheduler.enqueue(requests))
    }

    /// Places of a connection that another server was lent are back, or, below 0, it has taken some.
    package func takeBack(_ count: Int, on connection: TaskScheduler.SessionID) async {
        if count > 0 { await dispatcher.give(await scheduler.release([connection: count])) }
        if count < 0 { await scheduler.occupy([connection: -count]) }
    }

    /// This server is lent places of a worker.
    package func borrow(_ count: Int, on feed: TaskFeed) async {
        await dispatcher.give(await scheduler.lend([feed.connection: count]))
        ring()
    }

    /// Sends on to a worker of this server what another one says.
    package func relay(_ messages: [any Sendable], to worker: String) async {
        await sessions.session(of: worker)?.relay(messages.map { .relayed($0) })
    }

    /// Reads the open runs of shards.
    private func recover(_ shards: ShardSet) async {
        guard let lane = lane(of: .stateActionLog), let store = sharedStore else { return }
        await wakePassive(in: lane)
        await readOpenRuns { (last) throws(StoreError) in
            try await store.openWorkflows(in: shards, after: last, limit: self.configuration.recoveryPageSize)
        }
    }
}
