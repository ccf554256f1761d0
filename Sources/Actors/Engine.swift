package import AetherRuntime
package import AetherStorage
package import Logging
internal import Synchronization

/// The live engine: the face behind which the actors work. Everything a service does goes through one of its methods.
///
/// The flow of a call is always: look the run's actor up → it handles the event and puts the decision in line → wait
/// until that is durable → answer. Effects are performed by the dispatcher after the commit.
package final class Engine: Sendable {
    let configuration: EngineConfiguration
    let clock: EngineClock
    let logger: Logger
    let instruments: EngineMetrics
    let tracer: EngineTracer?
    let registry: WorkflowRegistry
    /// The servers that share the database; `nil` where this one has it alone.
    let cluster: ClusterState?
    let sharedStore: (any SharedStore)?
    let membershipBell = BatchQueue<Void>()
    let sessions = SessionRegistry()
    let scheduler: SchedulerActor
    let waiters = ResultWaiters()
    let timers: TimerActor
    let dispatcher: EffectDispatcher
    /// What changed, for pages that show it live.
    package let changes = ChangeFeed()
    /// What runs have to tell one another.
    let messages = BatchQueue<MessageDelivery>()
    /// The store and the write path of each tier that has a store of its own; see ``lane(of:)``.
    let lanes: [PersistenceTier: Lane]
    /// Which one of the lives of its database the engine serves, and which one its memory is; see ``text(of:)``.
    let incarnation: UInt64
    let memoryIncarnation: UInt64
    private let availabilityChanged: @Sendable (Bool) -> Void
    private let background = BatchQueue<@Sendable () async -> Void>()
    private let shared = Mutex(Shared())

    struct Lane: Sendable {
        var store: any WorkflowStore
        var persistence: PersistenceActor
    }

    private struct Shared {
        var isStopping = false
        var hasRecovered = false
        var peers: (any ClusterPeers)?
        /// Runs whose last decision could not be written; they are read again once writes succeed.
        var discarded: Set<WorkflowID> = []
        /// The tier that the workers of a type asked for.
        var tierOfType: [String: PersistenceTier] = [:]
    }

    /// - Parameters:
    ///   - stores: where the runs of each tier live; a tier without a store is refused. Without one of their own, runs
    ///     of the tier `snapshot` live where those of `stateActionLog` do.
    ///   - configuration: limits and defaults.
    ///   - clock: time and randomness.
    ///   - logger: hears of trouble.
    ///   - instruments: hear of what happens; `nil` when nobody wants to know.
    ///   - tracer: makes spans of what happens; `nil` when nobody collects them.
    ///   - availabilityChanged: is told when the engine stops taking work, and when it takes work again.
    package init(
        stores: [PersistenceTier: any WorkflowStore],
        configuration: EngineConfiguration,
        clock: EngineClock,
        logger: Logger,
        instruments: EngineMetrics? = nil,
        tracer: EngineTracer? = nil,
        availabilityChanged: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        let instruments = instruments ?? .unread
        self.instruments = instruments
        self.tracer = tracer
        self.availabilityChanged = availabilityChanged
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        sharedStore = stores.values.lazy.compactMap { $0 as? any SharedStore }.first
        cluster = sharedStore.map { ClusterState(leaseDuration: $0.leaseDuration) }
        let registry = WorkflowRegistry(serving: sharedStore == nil ? .all : ShardSet())
        self.registry = registry
        let reference = EngineReference()
        self.scheduler = SchedulerActor(
            clock: clock, tellLenders: { reference.engine?.peers?.tellLenders($0, $1) })
        let (messages, changes) = (self.messages, self.changes)
        self.timers = TimerActor(clock: clock, wake: { await reference.engine?.wake($0) })
        let dispatcher = EffectDispatcher(
            registry: registry, sessions: sessions, scheduler: scheduler, waiters: waiters, timers: timers,
            clock: clock, logger: logger, instruments: instruments, tracer: tracer,
            passivationHorizon: configuration.passivationHorizon,
            tell: { messages.put(contentsOf: $0.map { .message($0) }) }, ring: { reference.engine?.ring() },
            lend: { reference.engine?.peers?.lend(placesOf: $1, on: $2, to: $0, for: $3) ?? false })
        self.dispatcher = dispatcher
        let lanes = stores.map { tier, store in
            let persistence = PersistenceActor(
                store: store,
                clock: clock,
                retryInterval: configuration.writeRetryInterval,
                lagLimit: LagLimit(configuration),
                instruments: instruments,
                isDurable: tier != .memory,
                release: { commits in
                    dispatcher.release(commits)
                    changes.note(commits)
                },
                discard: { await reference.engine?.discard($0) },
                slow: { slow in
                    logger.warning(
                        "a commit was slow: is the disk busy?",
                        metadata: [
                            LogKey.milliseconds: .stringConvertible(slow.duration.wholeMilliseconds),
                            LogKey.entries: .stringConvertible(slow.entries),
                            LogKey.commits: .stringConvertible(slow.count),
                        ])
                },
                availabilityChanged: { reference.engine?.tellAvailability() }
            )
            return (tier, Lane(store: store, persistence: persistence))
        }
        self.lanes = Dictionary(uniqueKeysWithValues: lanes)
        incarnation = stores.values.lazy.map(\.incarnation).first { $0 > 0 } ?? 0
        memoryIncarnation = max(1, clock.random())
        reference.set(self)
    }

    /// What time it is for the engine.
    package var now: Timestamp { clock.now() }

    /// Waits as the engine does.
    package var sleep: @Sendable (Duration) async throws -> Void { clock.sleep }

    /// Counts on from any moment and never jumps.
    package var uptime: @Sendable () -> Duration { clock.uptime }

    /// Where the runs of a tier live, and their write path. L1 and L2 share one: they differ in what may lag.
    func lane(of tier: PersistenceTier) -> Lane? {
        lanes[tier] ?? (tier == .snapshot ? lanes[.stateActionLog] : nil)
    }

    /// Has all written that is in line, at every tier.
    func ring() {
        for lane in lanes.values { lane.persistence.ring() }
    }

    /// Works until ``finish()``: first reads the open runs, while calls are already served.
    package func run() async {
        if !configuration.retention.isEmpty { inBackground { await self.applyRetention() } }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.dispatcher.run() }
            for lane in lanes.values {
                group.addTask(executorPreference: lane.persistence.taskExecutor) { await lane.persistence.run() }
            }
            group.addTask { await self.timers.run() }
            group.addTask { await self.deliverMessages() }
            group.addTask { await self.recover() }
            group.addTask { await self.runBackground() }
        }
    }

    /// Takes no new work: streams of tasks end, and those who wait for results are told.
    package func beginStop() async {
        shared.withLock { $0.isStopping = true }
        availabilityChanged(false)
        waiters.finish()
        for session in sessions.all { await session.stop() }
    }

    /// Lets ``run()`` end once all that was decided is durable.
    package func finish() {
        for lane in lanes.values { lane.persistence.finish() }
        dispatcher.finish()
        timers.finish()
        messages.finish()
        background.finish()
    }

    /// Why the engine takes no work now; `nil` while all is well.
    package var unavailability: String? {
        isStopping ? "the server is shutting down" : readOnlyReason ?? leaseReason
    }

    private var leaseReason: String? {
        cluster?.isLeaseOver(at: clock.uptime()) == true ? "the server has no lease on its database" : nil
    }

    var isStopping: Bool { shared.withLock { $0.isStopping } }

    private var readOnlyReason: String? {
        for lane in lanes.values {
            if let reason = lane.persistence.readOnlyReason {
                return "the server is read-only because its database can't be written: \(reason)"
            }
        }
        return nil
    }

    /// How the other servers are reached; `nil` until that is known.
    package var peers: (any ClusterPeers)? {
        get { shared.withLock { $0.peers } }
        set { shared.withLock { $0.peers = newValue } }
    }

    /// Whether the open runs have all been read.
    package var hasRecovered: Bool { shared.withLock { $0.hasRecovered } }

    func refuseIfUnavailable() throws(EngineError) {
        if let reason = unavailability { throw EngineError(.unavailable, reason + "; try again later") }
    }

    func refuseIfReadOnly() throws(EngineError) {
        if let reason = readOnlyReason { throw EngineError(.unavailable, reason + "; try again later") }
    }

    // MARK: Jobs that outlive a call

    /// Runs a job beside the calls; it is awaited by ``run()``, which cancels it when the engine finishes.
    func inBackground(_ job: @escaping @Sendable () async -> Void) {
        background.put(job)
    }

    private func runBackground() async {
        await withDiscardingTaskGroup { group in
            while let jobs = await background.take() {
                for job in jobs { group.addTask { await job() } }
            }
            group.cancelAll()
        }
    }

    // MARK: What a type's workers asked for

    func tier(ofType type: String) -> PersistenceTier {
        shared.withLock { $0.tierOfType[type] } ?? configuration.tier
    }

    func remember(tier: PersistenceTier, ofType type: String) {
        shared.withLock { $0.tierOfType[type] = tier }
    }

    // MARK: Reading runs back

    private func recover() async {
        for lane in lanes.values {
            await wakePassive(in: lane)
            await readOpenRuns { (last) throws(StoreError) in
                try await lane.store.openWorkflows(after: last, limit: self.configuration.recoveryPageSize)
            }
        }
        shared.withLock { $0.hasRecovered = true }
    }

    /// Reads the open runs back that a store tells in pages.
    func readOpenRuns(_ page: (_ after: WorkflowID?) async throws(StoreError) -> [WorkflowID]) async {
        var last: WorkflowID?
        repeat {
            do throws(StoreError) {
                let ids = try await page(last)
                await readBack(ids)
                last = ids.last
            } catch {
                logger.error("open workflows can't be read", metadata: [LogKey.error: "\(error)"])
                guard (try? await clock.sleep(configuration.writeRetryInterval)) != nil else { return }
            }
        } while last != nil && !Task.isCancelled
    }

    /// Reads runs. One that can't be read now is tried again later and holds up no other.
    private func readBack(_ ids: some Collection<WorkflowID>) async {
        var unread: Set<WorkflowID> = []
        await prefetch(ids)
        for id in ids {
            do throws(EngineError) {
                _ = try await lookup(id)
            } catch {
                if error.code == .elsewhere { continue }
                logger.error(
                    "a workflow can't be read", metadata: [LogKey.workflow: "\(id)", LogKey.error: "\(error)"])
                unread.insert(id)
            }
        }
        guard !unread.isEmpty, !isStopping else { return }
        inBackground { [self, unread] in
            guard (try? await clock.sleep(configuration.unreadableRetryInterval)) != nil else { return }
            await readBack(unread)
        }
    }

    /// Takes runs out of memory whose last decisions could not be written: memory goes back to what is durable. They
    /// are read again as soon as the store takes writes.
    private func discard(_ commits: [Commit]) async {
        for commit in commits {
            commit.workflow.discard()
            registry.remove(commit.workflow)
        }
        shared.withLock { shared in
            for commit in commits where commit.creation == nil { shared.discarded.insert(commit.write.id) }
        }
        for consequences in commits.compactMap(\.consequences) { await dispatcher.takeBackCredits(consequences) }
        for commit in commits where commit.mayLag { await takeFromWorker(commit.workflow) }
        recoverDiscarded()
    }

    /// A worker was told that records are taken which are lost now: what it knows is ahead of the journal, for good. Its session does
    /// not have the run any more, so that the lease ends when the run is read again.
    private func takeFromWorker(_ workflow: WorkflowActor) async {
        let execution = await workflow.snapshot().execution
        guard let lease = execution.lease, let session = sessions.session(of: lease.worker.id) else { return }
        await dispatcher.giveBack(await session.free([execution.task(lease)]))
    }

    private func tellAvailability() {
        if let reason = readOnlyReason {
            logger.error("the server is read-only", metadata: [LogKey.reason: "\(reason)"])
        } else {
            logger.notice("the database can be written again")
        }
        availabilityChanged(unavailability == nil)
        recoverDiscarded()
    }

    /// Reads runs again that were discarded, unless the store refuses writes. Beside the write path, which it may wait for.
    private func recoverDiscarded() {
        guard lanes.values.allSatisfy({ $0.persistence.readOnlyReason == nil }) else { return }
        let ids = shared.withLock { shared in
            defer { shared.discarded = [] }
            return shared.discarded
        }
        if !ids.isEmpty { inBackground { await self.readBack(ids) } }
    }
}

/// Breaks the circle between the engine and its actors: set once, right after all exist.
private final class EngineReference: Sendable {
    private struct Weak { weak var engine: Engine? }
    private let reference = Mutex(Weak())

    var engine: Engine? { reference.withLock { $0.engine } }

    func set(_ engine: Engine) {
        reference.withLock { $0.engine = engine }
    }
}
