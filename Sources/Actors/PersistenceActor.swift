internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// Owns the write path of one tier: commits, in order and as a batch, all that was decided since the last commit began.
///
/// The loop is: take everything that waits → one commit → resume who waits for it → hand on the effects. While one
/// commit is under way the next batch gathers, so a lone workflow waits for one commit only, and thousands share one.
actor PersistenceActor {
    /// The place of a commit in the order of this tier.
    typealias Ticket = UInt64

    private enum Mode {
        case writable
        /// The store refused a write. Nothing is taken until it accepts one again.
        case readOnly(StoreError)
    }

    private struct Queue {
        var commits: [Commit] = []
        var mode = Mode.writable
        /// The ticket of the last commit put.
        var issued: Ticket = 0
        /// Everything up to here is durable, or failed.
        var settled: Ticket = 0
        /// Nothing is committed any more: the loop ends, or has ended.
        var isClosed = false
        /// The last failures, so that one who asks late still hears of it.
        var failures: [(tickets: ClosedRange<Ticket>, error: StoreError)] = []
        var waiters: [(ticket: Ticket, continuation: CheckedContinuation<StoreError?, Never>)] = []

        func failure(of ticket: Ticket) -> StoreError? {
            failures.last { $0.tickets.contains(ticket) }?.error
        }

        mutating func fail(_ tickets: ClosedRange<Ticket>, _ error: StoreError) {
            if let last = failures.last, last.tickets.upperBound + 1 == tickets.lowerBound {
                failures[failures.count - 1] = (last.tickets.lowerBound...tickets.upperBound, error)
            } else {
                failures.append((tickets, error))
            }
        }

        /// Forgets the oldest failures. Those who waited have heard of them; one who asks later finds the run discarded.
        mutating func forgetFailures() {
            failures.removeFirst(max(0, failures.count - PersistenceActor.rememberedFailures))
        }
    }

    private static let rememberedFailures = 64

    private nonisolated let store: any WorkflowStore
    private nonisolated let clock: EngineClock
    private nonisolated let retryInterval: Duration
    private nonisolated let queue = Mutex(Queue())
    private nonisolated let bell = BatchQueue<Void>()
    private nonisolated let statistics = Mutex(CommitStatistics())
    private nonisolated let isFinishing = Mutex(false)
    private let release: @Sendable ([Commit]) -> Void
    private let discard: @Sendable ([Commit]) async -> Void
    private let availabilityChanged: @Sendable () -> Void

    /// - Parameters:
    ///   - store: where this tier lives.
    ///   - clock: waits between two tries.
    ///   - retryInterval: how often a store that refuses writes is tried.
    ///   - release: takes over the effects of what became durable, in order.
    ///   - discard: takes back, in memory, what could not be written.
    ///   - availabilityChanged: is called when writes fail, and when they succeed again.
    init(
        store: any WorkflowStore,
        clock: EngineClock,
        retryInterval: Duration,
        release: @escaping @Sendable ([Commit]) -> Void,
        discard: @escaping @Sendable ([Commit]) async -> Void,
        availabilityChanged: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.clock = clock
        self.retryInterval = retryInterval
        self.release = release
        self.discard = discard
        self.availabilityChanged = availabilityChanged
    }

    /// Why nothing can be written now; `nil` while all is well.
    nonisolated var readOnlyReason: StoreError? {
        queue.withLock { queue in
            if case .readOnly(let error) = queue.mode { error } else { nil }
        }
    }

    /// What was committed since the engine started.
    nonisolated var committed: CommitStatistics { statistics.withLock { $0 } }

    /// Puts a decision in line. Called by the workflow's actor within the turn that decided, so that the order of the
    /// line is the order of the decisions.
    nonisolated func enqueue(_ commit: Commit) -> Ticket {
        let ticket = queue.withLock { queue in
            queue.issued += 1
            if queue.isClosed {
                queue.fail(queue.issued...queue.issued, Self.closedError)
                queue.settled = queue.issued
            } else {
                queue.commits.append(commit)
            }
            return queue.issued
        }
        bell.put(())
        return ticket
    }

    /// Waits until a commit is durable at this tier. Cancelling the waiting task does not take the commit back.
    nonisolated func waitUntilDurable(_ ticket: Ticket) async throws(StoreError) {
        let error = await withCheckedContinuation { continuation in
            let (isSettled, error) = queue.withLock { queue -> (Bool, StoreError?) in
                guard ticket > queue.settled else { return (true, queue.failure(of: ticket)) }
                queue.waiters.append((ticket, continuation))
                return (false, nil)
            }
            if isSettled { continuation.resume(returning: error) }
        }
        if let error { throw error }
    }

    /// Commits until the queue is finished by ``finish()`` and empty.
    func run() async {
        while await bell.take() != nil {
            await commitWhatWaits()
        }
        await commitWhatWaits()
        close()
    }

    /// Lets ``run()`` end after what is in line; at once when the store refuses writes.
    nonisolated func finish() {
        isFinishing.withLock { $0 = true }
        bell.finish()
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
        let batch = waiting.filter { !$0.workflow.isDiscarded }
        if batch.count < waiting.count { await failDiscarded(waiting, endingAt: through) }
        guard !batch.isEmpty else { return settle(through) }
        do {
            // Some decisions have effects and nothing to write; they keep their place in the order.
            let writes = batch.lazy.map(\.write).filter { $0.summary != nil || !$0.entries.isEmpty }
            let taken = writes.isEmpty ? [] : try await store.commit(Array(writes))
            let leftOut = taken.isEmpty ? [] : batch.filter { taken.contains($0.write.id) }
            for commit in leftOut {
                commit.creation?.reportIDTaken()
                commit.workflow.discard()
            }
            if !leftOut.isEmpty { await discard(leftOut) }
            let durable = taken.isEmpty ? batch : batch.filter { !taken.contains($0.write.id) }
            for commit in durable { commit.creation?.reportDurable() }
            statistics.withLock { $0.add(durable) }
            release(durable)
            settle(through)
        } catch {
            await turnReadOnly(batch, through, error)
        }
    }

    private nonisolated func takeWaiting() -> ([Commit], Ticket) {
        queue.withLock { queue in
            defer { queue.commits = [] }
            return (queue.commits, queue.issued)
        }
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
        let resumed = queue.withLock { queue in
            if let error, through > queue.settled { queue.fail(queue.settled + 1...through, error) }
            queue.settled = through
            var ready: [(CheckedContinuation<StoreError?, Never>, StoreError?)] = []
            var rest: [(ticket: Ticket, continuation: CheckedContinuation<StoreError?, Never>)] = []
            for waiter in queue.waiters {
                if waiter.ticket <= through {
                    ready.append((waiter.continuation, queue.failures.isEmpty ? nil : queue.failure(of: waiter.ticket)))
                } else {
                    rest.append(waiter)
                }
            }
            queue.waiters = rest
            queue.forgetFailures()
            return ready
        }
        for (continuation, error) in resumed {
            continuation.resume(returning: error)
        }
    }

    /// Nothing of the batch is durable, and neither is what was decided on top of it. Until a probe of the store
    /// succeeds, all that is decided meanwhile fails too.
    private func turnReadOnly(_ batch: [Commit], _ through: Ticket, _ error: StoreError) async {
        queue.withLock { $0.mode = .readOnly(error) }
        availabilityChanged()
        await fail(batch, through, error)
        repeat {
            guard !isFinishing.withLock({ $0 }), (try? await clock.sleep(retryInterval)) != nil else { return }
            let (failed, last) = takeWaiting()
            await fail(failed, last, error)
        } while await isRefusing()
        queue.withLock { $0.mode = .writable }
        availabilityChanged()
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
