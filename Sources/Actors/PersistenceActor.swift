internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// Owns the write path of one store: commits, in order and as a batch, all that was decided since the last commit began.
///
/// The loop is: take everything that waits → one commit → resume who waits for it → hand on the effects. While one
/// commit is under way the next batch gathers, so a lone workflow waits for one commit only, and thousands share one.
///
/// A commit that may lag (tier L1) is settled at once, within ``LagLimit``. It is written with the next commit that may not
/// lag, when the limit is reached, or an interval after the first that lags; whatever comes first. So there is one line,
/// and its order is that of the journals at every tier.
actor PersistenceActor {
    /// The place of a commit in the order of this store.
    typealias Ticket = UInt64

    private nonisolated let store: any WorkflowStore
    private nonisolated let executor: any SerialExecutor
    /// What the task of ``run()`` is to have as its own executor, if the store blocks a thread. A task that has waited is
    /// resumed where it would be without its actor, and only then goes to the actor's thread: two threads to wake.
    nonisolated let taskExecutor: (any TaskExecutor)?
    private nonisolated let clock: EngineClock
    private nonisolated let retryInterval: Duration
    private nonisolated let lagLimit: LagLimit
    private nonisolated let queue = Mutex(CommitQueue())
    private nonisolated let bell = BatchQueue<Void>()
    /// Rings when something begins to lag.
    private nonisolated let lagBell = BatchQueue<Void>()
    private nonisolated let instruments: EngineMetrics
    /// Whether what is committed outlives the process: only such commits are timed.
    private nonisolated let isDurable: Bool
    private nonisolated let release: @Sendable ([Commit]) -> Void
    private let discard: @Sendable ([Commit]) async -> Void
    private let availabilityChanged: @Sendable () -> Void
    private let slow: @Sendable (SlowCommits.Report) -> Void
    private var slowCommits = SlowCommits()

    /// - Parameters:
    ///   - store: where the runs live.
    ///   - clock: waits between two tries.
    ///   - retryInterval: how often a store that refuses writes is tried.
    ///   - lagLimit: how much may lag, and for how long.
    ///   - instruments: hears of what was committed.
    ///   - isDurable: whether what is committed outlives the process.
    ///   - release: takes over the effects of what became durable, in order.
    ///   - discard: takes back, in memory, what could not be written.
    ///   - slow: is told of commits that took long.
    ///   - availabilityChanged: is called when writes fail, and when they succeed again.
    init(
        store: any WorkflowStore,
        clock: EngineClock,
        retryInterval: Duration,
        lagLimit: LagLimit,
        instruments: EngineMetrics = .unread,
        isDurable: Bool = true,
        release: @escaping @Sendable ([Commit]) -> Void,
        discard: @escaping @Sendable ([Commit]) async -> Void,
        slow: @escaping @Sendable (SlowCommits.Report) -> Void,
        availabilityChanged: @escaping @Sendable () -> Void
    ) {
        self.store = store
        executor = store.committer ?? InlineExecutor()
        taskExecutor = store.committer
        self.clock = clock
        self.retryInterval = retryInterval
        self.lagLimit = lagLimit
        self.instruments = instruments
        self.isDurable = isDurable
        self.release = release
        self.discard = discard
        self.slow = slow
        self.availabilityChanged = availabilityChanged
    }

    /// The thread on which the store blocks, if it does: a batch then costs one hop.
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Why nothing can be written now; `nil` while all is well.
    nonisolated var readOnlyReason: StoreError? {
        queue.withLock { queue in
            if case .readOnly(let error) = queue.mode { error } else { nil }
        }
    }

    /// Whether anything is to be written, or is being written.
    nonisolated var isBusy: Bool { queue.withLock { $0.settled < $0.issued } }

    /// Puts a decision in line. Called by the workflow's actor within the turn that decided, so that the order of the
    /// line is the order of the decisions.
    ///
    /// - Parameters:
    ///   - commit: the decision.
    ///   - rings: whether it is written as soon as possible. Whoever puts many in line rings once, behind the last: else the
    ///     first would be written alone, and all others wait for that.
    /// - Returns: the place in line; `nil` when the decision may lag, and is settled already.
    nonisolated func enqueue(_ commit: Commit, rings: Bool = true) -> Ticket? {
        let (ticket, signal) = queue.withLock { queue in
            queue.put(commit, limit: lagLimit, closedError: Self.closedError)
        }
        switch signal {
        case .nothing: break
        case .write: if rings { bell.put(()) }
        case .writeSoon: lagBell.put(())
        }
        return ticket
    }

    /// Has everything written that is in line.
    nonisolated func ring() {
        if queue.withLock(\.isToBeWritten) { bell.put(()) }
    }

    /// Waits until a commit is durable at this tier, and has it written. Cancelling the waiting task does not take the commit back.
    nonisolated func waitUntilDurable(_ ticket: Ticket) async throws(StoreError) {
        ring()
        let error = await withCheckedContinuation { continuation in
            switch queue.withLock({ $0.settlement(of: ticket, for: continuation) }) {
            case nil: break
            case .success: continuation.resume(returning: nil)
            case .failure(let error): continuation.resume(returning: error)
            }
        }
        if let error { throw error }
    }

    /// Waits until all that is in line is written, or has failed.
    nonisolated func settle() async {
        let last = queue.withLock(\.issued)
        if last > 0 { try? await waitUntilDurable(last) }
    }

    /// Commits until the queue is finished by ``finish()`` and empty.
    func run() async {
        // Cancelled and awaited below. A task group would take the loop off this actor's thread, and make every turn two hops.
        let ringing = Task { await ringForWhatLags() }
        while await bell.take() != nil { await commitWhatWaits() }
        ringing.cancel()
        await ringing.value
        await commitWhatWaits()
        close()
    }

    /// Has everything written that lags, an interval after the first of it came. What is written earlier, with a commit
    /// that may not lag, does not stop the time: what lags next is then written sooner, never later.
    private nonisolated func ringForWhatLags() async {
        while await lagBell.take() != nil {
            guard (try? await clock.sleep(lagLimit.interval)) != nil else { return }
            bell.put(())
        }
    }

    /// Lets ``run()`` end after what is in line, lagging or not; at once when the store refuses writes.
    nonisolated func finish() {
        queue.withLock { $0.isFinishing = true }
        bell.finish()
        lagBell.finish()
    }

    /// Whoever still waits, or puts something in line from now on, hears that it is too late.
    private func close() {
        queue.withLock { $0.isClosed = true }
        let (_, through) = takeWaiting()
        settle(through, error: Self.closedError)
    }

    private static let closedError = StoreError(code: .closed, message: "the server is shutting down")

    private func commitWhatWaits() async {
        let (waiting, through) = takeWaiting()
        // What a discarded workflow decided after its last durable entry must not be written: it would leave a gap.
        var batch = waiting
        if waiting.contains(where: \.workflow.isDiscarded) {
            batch.removeAll(where: \.workflow.isDiscarded)
            await failDiscarded(waiting, endingAt: through)
        }
        guard !batch.isEmpty else { return settle(through) }
        do {
            try await commit(batch, through)
        } catch {
            await turnReadOnly(batch, through, error)
        }
    }

    private func commit(_ batch: [Commit], _ through: Ticket) async throws(StoreError) {
        // Some decisions have effects and nothing to write; they keep their place in the order.
        var writes: [WorkflowWrite] = []
        writes.reserveCapacity(batch.count)
        for commit in batch where !commit.write.entries.isEmpty || commit.write.summary != nil {
            writes.append(commit.write)
        }
        let began = clock.uptime()
        let taken = writes.isEmpty ? [] : try await store.commit(writes)
        let duration = clock.uptime() - began
        note(duration, of: writes)
        let leftOut = taken.isEmpty ? [] : batch.filter { taken.contains($0.write.id) }
        for commit in leftOut {
            commit.creation?.reportIDTaken()
            commit.workflow.discard()
        }
        if !leftOut.isEmpty { await discard(leftOut) }
        let durable = taken.isEmpty ? batch : batch.filter { !taken.contains($0.write.id) }
        for commit in durable { commit.creation?.reportDurable() }
        if !writes.isEmpty { instruments.committed(durable, in: isDurable ? duration : nil) }
        release(durable)
        settle(through)
    }

    private func note(_ duration: Duration, of writes: [WorkflowWrite]) {
        guard duration >= SlowCommits.limit else { return }
        let entries = writes.reduce(0) { $0 + $1.entries.count }
        if let report = slowCommits.note(duration, endingAt: clock.uptime(), entries: entries) { slow(report) }
    }

    private nonisolated func takeWaiting() -> ([Commit], Ticket) {
        queue.withLock { $0.take() }
    }

    private func failDiscarded(_ waiting: [Commit], endingAt last: Ticket) async {
        await discard(waiting.filter(\.workflow.isDiscarded))
        let error = StoreError(code: .unwritable, message: "the workflow went back to what is durable; try again")
        let first = last - UInt64(waiting.count) + 1
        queue.withLock { queue in
            for (ticket, commit) in zip(first..., waiting) where commit.workflow.isDiscarded {
                queue.fail(ticket...ticket, error)
            }
        }
    }

    /// Everything up to a ticket is decided: durable, or failed with the error given.
    private nonisolated func settle(_ through: Ticket, error: StoreError? = nil) {
        let resumed = queue.withLock { $0.settle(through: through, error: error) }
        for (waiter, error) in resumed { waiter.resume(returning: error) }
    }

    /// Nothing is taken until the store accepts writes again.
    private func turnReadOnly(_ batch: [Commit], _ through: Ticket, _ error: StoreError) async {
        queue.withLock { $0.mode = .readOnly(error) }
        availabilityChanged()
        guard await takeBack(batch, through, error) else { return }
        queue.withLock { $0.mode = .writable }
        availabilityChanged()
    }

    /// Nothing of the batch is durable, and neither is what was decided on top of it. Until a probe of the store
    /// succeeds, all that is decided meanwhile fails too.
    ///
    /// While nobody knows whether the batch is durable, the same is committed again, and whoever waits for it, or for what was
    /// decided on top of it, goes on waiting: what it asks for would else never happen, although it is there. Once memory has
    /// forgotten its runs, with their shards, that is for those to find out who read them anew.
    ///
    /// - Returns: whether the store accepts writes again; `false` when the line ends before.
    private func takeBack(_ batch: [Commit], _ through: Ticket, _ error: StoreError) async -> Bool {
        var error = error
        while error.code == .unsettled, await waitForRetry(), !batch.contains(where: \.workflow.isDiscarded) {
            do {
                try await commit(batch, through)
                return true
            } catch let failure {
                error = failure
            }
        }
        await fail(batch, through, error)
        repeat {
            guard await waitForRetry() else { return false }
            let (failed, last) = takeWaiting()
            await fail(failed, last, error)
        } while await isRefusing()
        return true
    }

    private func waitForRetry() async -> Bool {
        guard !queue.withLock(\.isFinishing) else { return false }
        return (try? await clock.sleep(retryInterval)) != nil
    }

    private func fail(_ commits: [Commit], _ through: Ticket, _ error: StoreError) async {
        await discard(commits)
        settle(through, error: error)
    }

    private func isRefusing() async -> Bool {
        do {
            try await store.probe()
            return false
        } catch {
            return true
        }
    }
}
