internal import AetherRuntime

/// One worker, over all its connections: what it offers, the stream it polls, and the runs it has.
///
/// States: registered without a stream → connected → (stream broken) suspended → connected again, or expired after the
/// grace period. While it is suspended its leases stay; when it expires they end.
actor WorkerSession {
    /// What a worker says of itself when it registers.
    struct Registration: Sendable {
        var worker: WorkerIdentity
        /// Random for each process; empty for a worker that doesn't say.
        var instance: String
        var offers: Set<String>
    }

    nonisolated let id: TaskScheduler.SessionID
    nonisolated let workerID: String
    private var registration: Registration?
    private var feed: TaskFeed?
    /// The epoch under which the worker has each run.
    private var leases: [WorkflowID: UInt64] = [:]
    /// Counts the times a stream came or went: a grace period that began before is void.
    private var connection: UInt64 = 0
    private var hasExpired = false

    init(id: TaskScheduler.SessionID, workerID: String) {
        self.id = id
        self.workerID = workerID
    }

    var worker: WorkerIdentity? { registration?.worker }
    var isConnected: Bool { feed != nil }

    private var tasks: [TaskID] { leases.map { TaskID(workflow: $0.key, epoch: $0.value) } }

    /// Takes a registration.
    ///
    /// - Returns: the leases the worker no longer claims, which end; `nil` when another live process has this id, or
    ///   the session has expired meanwhile.
    func register(_ new: Registration, held: Set<TaskID>) -> RegisterResult {
        if hasExpired { return .expired }
        if feed != nil, let current = registration, current.instance != new.instance { return .inUse }
        registration = new
        let lost = tasks.filter { !held.contains($0) }
        return .registered(lost: lost)
    }

    enum RegisterResult: Sendable {
        case registered(lost: [TaskID])
        case inUse
        case expired
    }

    /// A stream begins: the one before, if there is one, ends.
    ///
    /// - Returns: the registration, and the runs the worker has; `nil` when it has not registered.
    func connect(_ new: TaskFeed) -> (registration: Registration, held: [TaskID])? {
        guard let registration, !hasExpired else { return nil }
        feed?.end(.replaced)
        feed = new
        connection += 1
        return (registration, tasks)
    }

    /// A stream ended.
    ///
    /// - Returns: a number for the grace period that begins; `nil` when the stream was not the session's any more.
    func disconnect(_ old: TaskFeed) -> UInt64? {
        guard feed === old else { return nil }
        feed = nil
        connection += 1
        return connection
    }

    /// The number of the grace period under way; `nil` while the worker is connected.
    func graceNumber() -> UInt64? {
        feed == nil ? connection : nil
    }

    /// The grace period is over.
    ///
    /// - Returns: the leases that end; `nil` when the worker came back in time.
    func expire(_ grace: UInt64) -> [TaskID]? {
        guard connection == grace, feed == nil, !hasExpired else { return nil }
        hasExpired = true
        return tasks
    }

    /// The worker has a run, says the journal: it keeps it for the grace period.
    ///
    /// - Returns: `false` when the worker is connected, and does not have it.
    func adopt(_ task: TaskID) -> Bool {
        if leases[task.workflow] == task.epoch { return true }
        guard feed == nil, registration == nil, !hasExpired else { return false }
        leases[task.workflow] = task.epoch
        return true
    }

    /// The worker said when it registered that it has this run, and the run agrees.
    func keep(_ task: TaskID) {
        leases[task.workflow] = task.epoch
    }

    /// Sends messages; the leases of new tasks among them begin. Without a stream they are as if lost on the way: the
    /// worker will not claim those runs, or the grace period ends their leases.
    ///
    /// - Returns: `false` when the session has expired: it takes nothing any more.
    func send(_ messages: [TaskMessage]) -> Bool {
        guard !hasExpired else { return false }
        for case .assign(let assignment) in messages {
            leases[assignment.taskID.workflow] = assignment.taskID.epoch
        }
        feed?.put(messages)
        return true
    }

    /// The worker no longer has these runs.
    ///
    /// - Returns: how many of them it had.
    func free(_ tasks: [TaskID]) -> Int {
        var freed = 0
        for task in tasks where leases[task.workflow] == task.epoch {
            leases[task.workflow] = nil
            freed += 1
        }
        return freed
    }

    /// The engine stops.
    func stop() {
        feed?.end(.stopping)
    }
}
