internal import AetherRuntime
internal import HeapModule
internal import Synchronization

/// Wakes runs at the instants their decisions ask for: one instant a run, in a heap, and one sleep for all of them.
///
/// What is due, the core decides when it is woken: this actor may be early or late, and wakes again for what is left.
/// Passive runs are not here but in the store; for them the earliest instant of all is kept.
actor TimerActor {
    /// What is due.
    struct Due: Sendable {
        var active: [WorkflowID]
        /// Whether passive runs may be due.
        var passive: Bool
    }

    private struct Wake: Comparable {
        var time: Timestamp
        var workflow: WorkflowID

        static func < (lhs: Wake, rhs: Wake) -> Bool { lhs.time < rhs.time }
    }

    private let clock: EngineClock
    private let wake: @Sendable (Due) async -> Void
    private var times: [WorkflowID: Timestamp] = [:]
    /// May hold instants that no longer count.
    private var heap = Heap<Wake>()
    private var passive: Timestamp?
    /// Until when the loop sleeps; `nil` while it sleeps without end, or works.
    private var sleepsUntil: Timestamp?
    private var isAsleep = false
    private nonisolated let isFinished = Mutex(false)
    private nonisolated let bell = BatchQueue<Void>()

    /// - Parameters:
    ///   - clock: time.
    ///   - wake: is called with what is due, one call at a time.
    init(clock: EngineClock, wake: @escaping @Sendable (Due) async -> Void) {
        self.clock = clock
        self.wake = wake
    }

    /// Sets the instant of each run; `nil` forgets it.
    func set(_ changes: [(workflow: WorkflowID, time: Timestamp?)]) {
        for (workflow, time) in changes {
            times[workflow] = time
            if let time { heap.insert(Wake(time: time, workflow: workflow)) }
        }
        if heap.count > 2 * times.count + 1000 {
            heap = Heap(times.map { Wake(time: $0.value, workflow: $0.key) })
        }
        ringIfEarlier()
    }

    /// A passive run has to be woken at this instant.
    func setPassive(_ time: Timestamp) {
        passive = min(passive ?? time, time)
        ringIfEarlier()
    }

    /// Wakes until ``finish()``.
    func run() async {
        while !isFinished.withLock({ $0 }), !Task.isCancelled {
            let now = clock.now()
            let due = takeDue(at: now)
            if !due.active.isEmpty || due.passive {
                await wake(due)
                continue
            }
            sleepsUntil = next
            isAsleep = true
            await sleep()
            isAsleep = false
        }
    }

    nonisolated func finish() {
        isFinished.withLock { $0 = true }
        bell.finish()
    }

    private var next: Timestamp? {
        switch (heap.min?.time, passive) {
        case (let active?, let passive?): min(active, passive)
        case (let active, let passive): active ?? passive
        }
    }

    private func ringIfEarlier() {
        guard isAsleep, let next, sleepsUntil.map({ next < $0 }) ?? true else { return }
        sleepsUntil = next
        bell.put(())
    }

    private func takeDue(at now: Timestamp) -> Due {
        var due = Due(active: [], passive: false)
        while let first = heap.min, first.time <= now || times[first.workflow] != first.time {
            heap.removeMin()
            guard times[first.workflow] == first.time else { continue }
            times[first.workflow] = nil
            due.active.append(first.workflow)
        }
        if let time = passive, time <= now {
            passive = nil
            due.passive = true
        }
        return due
    }

    private func sleep() async {
        guard let sleepsUntil else {
            _ = await bell.take()
            return
        }
        await withTaskGroup(of: Void.self) { [clock, bell] group in
            group.addTask { try? await clock.sleepUntil(sleepsUntil) }
            group.addTask { _ = await bell.take() }
            await group.next()
            group.cancelAll()
        }
    }
}
