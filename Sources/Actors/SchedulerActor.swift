internal import AetherRuntime

/// Routes tasks that need a worker to sessions with a credit. Asked once per batch; whoever asks performs the answer.
actor SchedulerActor {
    typealias Assignment = TaskScheduler.Assignment
    typealias SessionID = TaskScheduler.SessionID

    private var scheduler = TaskScheduler()
    private let clock: EngineClock
    /// Is told what lenders of places are to be told.
    private let tellLenders: @Sendable (TaskScheduler.LoanChanges, [TaskScheduler.Wanted]) -> Void

    init(
        clock: EngineClock,
        tellLenders: @escaping @Sendable (TaskScheduler.LoanChanges, [TaskScheduler.Wanted]) -> Void = { _, _ in }
    ) {
        self.clock = clock
        self.tellLenders = tellLenders
    }

    private func settleLoans() {
        guard let changes = scheduler.takeLoanChanges() else { return }
        tellLenders(changes, changes.waiting.flatMap { scheduler.wanted($0) })
    }

    func lend(_ counts: [SessionID: Int]) -> [Assignment] {
        defer { settleLoans() }
        return counts.flatMap { scheduler.lend($0.key, count: $0.value) }
    }

    func enqueue(_ requests: [TaskScheduler.Request]) -> [Assignment] {
        defer { settleLoans() }
        let now = clock.now()
        return requests.compactMap { request in
            var request = request
            // What comes again has waited since it came first.
            request.since = request.since ?? now
            return scheduler.enqueue(request)
        }
    }

    func release(_ counts: [SessionID: Int]) -> [Assignment] {
        defer { settleLoans() }
        return counts.flatMap { scheduler.release($0.key, count: $0.value) }
    }

    func occupy(_ counts: [SessionID: Int]) {
        for (session, count) in counts { scheduler.occupy(session, count: count) }
        settleLoans()
    }

    func connect(
        _ session: SessionID, worker: WorkerIdentity, generation: UInt64, offers: Set<TaskResource>, capacity: Int,
        held: Int, isBorrowed: Bool = false
    ) -> [Assignment] {
        defer { settleLoans() }
        return scheduler.connect(
            session, worker: worker, generation: generation, offers: offers, capacity: capacity, held: held,
            isBorrowed: isBorrowed)
    }

    func disconnect(_ session: SessionID) {
        scheduler.disconnect(session)
    }

    var overview: [TaskScheduler.QueueOverview] { scheduler.overview }

    var load: [String: TaskScheduler.SessionOverview] { scheduler.load }

    /// The load of the workers and how many tasks wait, at one moment.
    var summary: (load: [String: TaskScheduler.SessionOverview], waiting: TaskScheduler.Waiting) {
        (scheduler.load, scheduler.waiting)
    }

    func wait(for resource: TaskResource, needsReplay: Bool) -> TaskScheduler.Wait {
        scheduler.wait(for: resource, needsReplay: needsReplay)
    }
}
