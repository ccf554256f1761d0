internal import AetherRuntime

/// One worker, over all its connections: what it offers, the stream it polls, and the runs it has.
///
/// States: registered without a stream → connected → (stream broken) suspended → connected again, or expired after the
/// grace period. While it is suspended its leases stay; when it expires they end.
///
/// Each stream is a connection of its own to the scheduler. What the worker has, and what is on its way to it, is counted
/// here and taken over to the next connection, so that a stream that comes and goes neither loses nor makes a credit.
actor WorkerSession {
    /// What a worker says of itself when it registers.
    struct Registration: Sendable {
        var worker: WorkerIdentity
        /// Random for each process; empty for a worker that doesn't say.
        var instance: String
        var offers: Set<String>
    }

    private struct Lease {
        var epoch: UInt64
        /// The registration in which the worker claimed the run, or under whose stream it was sent.
        var registration: UInt64
    }

    /// Tasks that left a session, and the connection that has their credits.
    struct Freed: Sendable {
        var connection: TaskScheduler.SessionID?
        var count: Int
    }

    nonisolated let workerID: String
    private var registration: Registration?
    /// Counts the registrations.
    private var registrations: UInt64 = 0
    /// The registration that was the last when the stream began.
    private var streamRegistration: UInt64 = 0
    private var feed: TaskFeed?
    /// The runs the worker has.
    private var leases: [WorkflowID: Lease] = [:]
    /// The runs the scheduler chose this worker for, whose assignments are not sent yet; how often each.
    private var reserved: [WorkflowID: Int] = [:]
    private var reservations = 0
    /// Counts what makes a grace period that began before void.
    private var graces: UInt64 = 0
    private var hasExpired = false

    init(workerID: String) {
        self.workerID = workerID
    }

    /// What the worker said of itself last; `nil` when it has not registered, or the session has expired.
    var current: Registration? { hasExpired ? nil : registration }
    var isConnected: Bool { feed != nil }

    private var tasks: [TaskID] { leases.map { TaskID(workflow: $0.key, epoch: $0.value.epoch) } }

    /// Takes a registration. The session then has exactly the runs that the worker claims, and those on their way.
    ///
    /// - Returns: the leases the worker no longer claims, which end.
    func register(_ new: Registration, held: Set<TaskID>) -> RegisterResult {
        if hasExpired { return .expired }
        if feed != nil, let current = registration, current.instance != new.instance { return .inUse }
        registration = new
        registrations += 1
        if feed == nil { graces += 1 }
        let lost = tasks.filter { !held.contains($0) }
        let freed = remove(lost)
        for task in held { leases[task.workflow] = Lease(epoch: task.epoch, registration: registrations) }
        return .registered(lost: lost, freed)
    }

    enum RegisterResult: Sendable {
        case registered(lost: [TaskID], Freed)
        /// Another live process has this worker's id.
        case inUse
        /// The session has expired: another one takes its place.
        case expired
    }

    /// A stream begins: the one before, if there is one, ends.
    ///
    /// A worker that registered for this stream has said what it has. What was sent on the stream before since then it
    /// may never see: those leases end.
    ///
    /// - Returns: the runs that are the worker's, how many more are on their way, and the leases that end; `nil` when it
    ///   has not registered.
    func connect(_ new: TaskFeed) -> (held: [TaskID], reservations: Int, lost: [TaskID])? {
        guard registration != nil, !hasExpired else { return nil }
        var lost: [TaskID] = []
        if streamRegistration != registrations {
            lost = leases.filter { $0.value.registration != registrations }
                .map { TaskID(workflow: $0.key, epoch: $0.value.epoch) }
            _ = remove(lost)
        }
        streamRegistration = registrations
        feed?.end(.replaced)
        feed = new
        graces += 1
        return (tasks, reservations, lost)
    }

    /// A stream ended.
    ///
    /// - Returns: a number for the grace period that begins; `nil` when the stream was not the session's any more.
    func disconnect(_ old: TaskFeed) -> UInt64? {
        guard feed === old else { return nil }
        feed = nil
        graces += 1
        return graces
    }

    /// The number of the grace period under way; `nil` while the worker is connected.
    func graceNumber() -> UInt64? {
        feed == nil ? graces : nil
    }

    /// The grace period is over.
    ///
    /// - Returns: the leases that end; `nil` when the worker came back in time.
    func expire(_ grace: UInt64) -> [TaskID]? {
        guard graces == grace, feed == nil, !hasExpired else { return nil }
        hasExpired = true
        return tasks
    }

    /// The worker has a run, says the journal: it keeps it for the grace period.
    ///
    /// - Returns: `false` when the worker is connected, and does not have it.
    func adopt(_ task: TaskID) -> Bool {
        if leases[task.workflow]?.epoch == task.epoch || reserved[task.workflow] != nil { return true }
        guard feed == nil, registration == nil, !hasExpired else { return false }
        leases[task.workflow] = Lease(epoch: task.epoch, registration: 0)
        return true
    }

    // MARK: Tasks

    /// Runs that the scheduler chose this worker for are about to be leased to it.
    ///
    /// - Returns: `false` when the connection that the scheduler means is over.
    func reserve(_ runs: [WorkflowID], on connection: TaskScheduler.SessionID) -> Bool {
        guard !hasExpired, feed?.connection == connection else { return false }
        for run in runs { reserved[run, default: 0] += 1 }
        reservations += runs.count
        return true
    }

    /// Runs will not be sent after all.
    func unreserve(_ runs: [WorkflowID]) -> Freed {
        Freed(connection: feed?.connection, count: runs.count { takeReservation(of: $0) })
    }

    /// Sends messages; the leases of new tasks among them begin.
    ///
    /// - Returns: the assignments that could not be sent, because the stream is gone.
    func send(_ messages: [TaskMessage]) -> [TaskAssignment] {
        var sent: [TaskMessage] = []
        var unsent: [TaskAssignment] = []
        for message in messages {
            if case .assign(let assignment) = message {
                let task = assignment.taskID
                guard takeReservation(of: task.workflow), feed != nil, !hasExpired else {
                    unsent.append(assignment)
                    continue
                }
                leases[task.workflow] = Lease(epoch: task.epoch, registration: streamRegistration)
            }
            sent.append(message)
        }
        feed?.put(sent)
        return unsent
    }

    /// The worker no longer has these runs.
    func free(_ tasks: [TaskID]) -> Freed {
        remove(tasks)
    }

    /// The engine stops.
    func stop() {
        feed?.end(.stopping)
    }

    private func takeReservation(of run: WorkflowID) -> Bool {
        guard let count = reserved[run] else { return false }
        reserved[run] = count > 1 ? count - 1 : nil
        reservations -= 1
        return true
    }

    private func remove(_ tasks: [TaskID]) -> Freed {
        var freed = Freed(connection: feed?.connection, count: 0)
        for task in tasks where leases[task.workflow]?.epoch == task.epoch {
            leases[task.workflow] = nil
            freed.count += 1
        }
        return freed
    }
}
