internal import AetherRuntime

/// One worker, over all its connections: what it offers, the stream it polls, and the tasks it has.
///
/// States: registered without a stream → connected → (stream broken) suspended → connected again, or expired after the
/// grace period. While it is suspended its leases stay; when it expires they end.
///
/// Each stream is a connection of its own to the scheduler. What the worker has, and what is on its way to it, is counted
/// here and taken over to the next connection, so that a stream that comes and goes neither loses nor makes a credit.
/// A run that only waits is the worker's and takes no credit.
actor WorkerSession {
    /// What a worker says of itself when it registers.
    struct Registration: Sendable {
        var worker: WorkerIdentity
        var id: RegistrationID
        /// Grows from process to process.
        var generation: UInt64
        var offers: Set<TaskResource>
        var description = WorkerDescription()
    }

    /// A task that a worker has in memory, as it says when it registers.
    struct HeldTask: Sendable, Hashable {
        var task: TaskID
        /// The last entry of the run's journal that the worker has; `nil` when it doesn't say.
        var seen: UInt64?
    }

    private struct Lease {
        var epoch: UInt64
        /// The registration in which the worker claimed the task, or under whose stream it was sent.
        var registration: UInt64
        var seen: UInt64?
        var isResting = false
    }

    /// Credits that are free again, or taken where the number is negative, and the connection that has them.
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
    /// The tasks the worker has.
    private var leases: [TaskSubject: Lease] = [:]
    /// What the scheduler chose this worker for, and is not sent yet; how often each.
    private var reserved: [TaskSubject: Int] = [:]
    private var reservations = 0
    /// Tasks that the worker claims, of runs that were other servers' when it did.
    private var unserved: [HeldTask] = []
    /// Whether the stream is another server's.
    private var isBorrowed = false
    /// Counts what makes a grace period that began before void.
    private var graces: UInt64 = 0
    private var hasExpired = false
    /// When the stream began, or ended; `nil` before the first.
    private var changedAt: Timestamp?

    init(workerID: String) {
        self.workerID = workerID
    }

    /// What the worker said of itself last; `nil` when it has not registered, or the session has expired.
    var current: Registration? { hasExpired ? nil : registration }
    var isConnected: Bool { feed != nil }

    /// `nil` when the worker has not registered, or the session has expired.
    var overview: Overview? {
        current.map { registration in
            Overview(
                worker: registration.worker, description: registration.description, isConnected: feed != nil,
                changedAt: changedAt, silence: feed?.silence() ?? .zero, held: leases.count,
                resting: leases.values.count(where: \.isResting))
        }
    }

    /// What people see of a worker.
    struct Overview: Sendable {
        var worker: WorkerIdentity
        var description: WorkerDescription
        var isConnected: Bool
        /// When its stream began or, if it has none, ended; `nil` before the first.
        var changedAt: Timestamp?
        /// How long nothing has been heard on the stream.
        var silence: Duration
        /// How many tasks it has, and how many of them only wait.
        var held: Int
        var resting: Int
    }

    private var tasks: [TaskID] { leases.map { TaskID($0.key, epoch: $0.value.epoch) } }

    /// Takes a registration; a process that comes back keeps its generation. The session then has exactly the tasks that the worker claims, and those on their way.
    ///
    /// - Returns: the leases the worker no longer claims, which end.
    func register(_ new: Registration, held: [HeldTask], unserved: [HeldTask] = []) -> RegisterResult {
        if hasExpired { return .expired }
        if feed != nil, let current = registration, current.id.instance != new.id.instance { return .inUse }
        if let current = registration, new.id.isOutdated(by: current.id) { return .outdated }
        let isSameProcess = !new.id.instance.isEmpty && registration?.id.instance == new.id.instance
        let generation = isSameProcess ? registration?.generation : nil
        registration = new
        registration?.generation = generation ?? new.generation
        self.unserved = unserved
        registrations += 1
        if feed == nil { graces += 1 }
        let claimed = Set(held.map(\.task))
        let lost = tasks.filter { !claimed.contains($0) }
        let freed = remove(lost)
        for claim in held {
            // Without a stream it is the worker's to say anew which runs only wait.
            let isResting = feed != nil && leases[claim.task.subject]?.isResting == true
            leases[claim.task.subject] = Lease(
                epoch: claim.task.epoch, registration: registrations, seen: claim.seen, isResting: isResting)
        }
        return .registered(lost: lost, freed)
    }

    enum RegisterResult: Sendable {
        case registered(lost: [TaskID], Freed)
        /// Another live process has this worker's id.
        case inUse
        /// The same process has registered again since.
        case outdated
        /// The session has expired: another one takes its place.
        case expired
    }

    /// A stream begins: the one before, if there is one, ends.
    ///
    /// A worker that registered for this stream has said what it has. What was sent on the stream before since then it
    /// may never see: those leases end.
    ///
    /// - Returns: `nil` when that is not its last registration.
    func connect(
        _ new: TaskFeed, registration id: RegistrationID, isBorrowed: Bool = false, at now: Timestamp
    ) -> Connected? {
        guard registration?.id == id, !hasExpired else { return nil }
        var lost: [TaskID] = []
        if streamRegistration != registrations {
            lost = leases.filter { $0.value.registration != registrations }.map {
                TaskID($0.key, epoch: $0.value.epoch)
            }
            _ = remove(lost)
        }
        streamRegistration = registrations
        feed?.end(.replaced)
        feed = new
        self.isBorrowed = isBorrowed
        changedAt = now
        graces += 1
        return Connected(
            held: leases.map { HeldTask(task: TaskID($0.key, epoch: $0.value.epoch), seen: $0.value.seen) },
            occupied: leases.values.count { !$0.isResting } + reservations, lost: lost)
    }

    struct Connected: Sendable {
        /// The worker's tasks.
        var held: [HeldTask]
        /// How many credits they take, with those that are on their way.
        var occupied: Int
        /// The leases that end.
        var lost: [TaskID]
    }

    /// A stream ended.
    ///
    /// - Returns: a number for the grace period that begins; `nil` when the stream was not the session's any more.
    func disconnect(_ old: TaskFeed, at now: Timestamp) -> UInt64? {
        guard feed === old else { return nil }
        feed = nil
        changedAt = now
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

    /// The worker has a task, says the journal as it was read: it keeps it for the grace period, in which it says itself what it
    /// has. That a task of the same run is on its way to it says nothing: that may be a new run's, whose id turns out to be
    /// taken.
    ///
    /// - Returns: `false` when the worker is connected, and does not have it.
    func adopt(_ task: TaskID) -> Bool {
        if leases[task.subject]?.epoch == task.epoch { return true }
        guard feed == nil, !hasExpired else { return false }
        leases[task.subject] = Lease(epoch: task.epoch, registration: 0)
        return true
    }

    // MARK: Tasks

    /// Tasks that the scheduler chose this worker for are about to be leased to it.
    ///
    /// - Returns: `false` when the connection that the scheduler means is over.
    func reserve(_ subjects: [TaskSubject], on connection: TaskScheduler.SessionID) -> Bool {
        guard !hasExpired, feed?.connection == connection else { return false }
        for subject in subjects { reserved[subject, default: 0] += 1 }
        reservations += subjects.count
        return true
    }

    /// Tasks will not be sent after all.
    func unreserve(_ subjects: [TaskSubject]) -> Freed {
        Freed(connection: feed?.connection, count: subjects.count { takeReservation(of: $0) })
    }

    /// Does what durable decisions ask for. The leases of tasks that are sent begin.
    ///
    /// - Returns: the tasks that could not be sent, because the stream is gone, and the credits that are free now.
    func perform(_ actions: [SessionAction]) -> (unsent: [TaskID], freed: Freed) {
        var sent: [TaskMessage] = []
        var unsent: [TaskID] = []
        var freed = Freed(connection: feed?.connection, count: 0)
        for action in actions {
            switch action {
            case .free(let task):
                freed.count += remove([task]).count
                if isBorrowed { sent.append(.freed(task)) }
            case .rest(let task):
                guard let lease = leases[task.subject], lease.epoch == task.epoch, !lease.isResting else { continue }
                leases[task.subject]?.isResting = true
                freed.count += 1
            case .send(let message):
                if let task = message.begun, !begin(task) {
                    unsent.append(task)
                    continue
                }
                if case .push(let task, _) = message, leases[task.subject]?.isResting == true {
                    leases[task.subject]?.isResting = false
                    freed.count -= 1
                }
                // A plain worker knows tasks alone; that one is over it hears with its next heartbeat.
                if message.begun != nil || registration?.worker.isPlain == false { sent.append(message) }
            }
        }
        if !sent.isEmpty { feed?.put(sent) }
        return (unsent, freed)
    }

    // MARK: Other servers

    /// Tasks of some shards are another server's: they are forgotten here, and go on.
    func forget(_ shards: ShardSet) -> (tasks: [TaskID], freed: Freed) {
        let gone = tasks.filter { shards.contains(Shard(of: $0.workflow)) }
        return (gone, remove(gone))
    }

    /// The tasks that the worker claimed, of runs in shards that are this server's from now on.
    func takeUnserved(_ shards: ShardSet) -> [HeldTask] {
        let taken = unserved.filter { shards.contains(Shard(of: $0.task.workflow)) }
        unserved.removeAll { shards.contains(Shard(of: $0.task.workflow)) }
        return taken
    }

    /// Takes over tasks that the worker has from the server that had their runs before.
    ///
    /// - Returns: how many places they take besides.
    func claim(_ tasks: [HeldTask]) -> Freed {
        var freed = Freed(connection: feed?.connection, count: 0)
        guard registration != nil, !hasExpired else { return freed }
        for held in tasks where leases[held.task.subject] == nil {
            leases[held.task.subject] = Lease(
                epoch: held.task.epoch, registration: registrations, seen: held.seen)
            freed.count -= 1
        }
        return freed
    }

    /// Whether places of the connection that the scheduler means may be lent to another server.
    func mayLend(on connection: TaskScheduler.SessionID) -> Bool {
        !hasExpired && !isBorrowed && feed?.connection == connection
    }

    /// Sends on what another server says.
    func relay(_ messages: [TaskMessage]) {
        if !isBorrowed { feed?.put(messages) }
    }

    /// The worker no longer has these tasks.
    func free(_ tasks: [TaskID]) -> Freed {
        remove(tasks)
    }

    /// The engine stops.
    func stop() {
        feed?.end(.stopping)
    }

    private func begin(_ task: TaskID) -> Bool {
        guard takeReservation(of: task.subject), feed != nil, !hasExpired else { return false }
        leases[task.subject] = Lease(epoch: task.epoch, registration: streamRegistration)
        return true
    }

    private func takeReservation(of subject: TaskSubject) -> Bool {
        guard let count = reserved[subject] else { return false }
        reserved[subject] = count > 1 ? count - 1 : nil
        reservations -= 1
        return true
    }

    private func remove(_ tasks: [TaskID]) -> Freed {
        var freed = Freed(connection: feed?.connection, count: 0)
        for task in tasks {
            guard let lease = leases[task.subject], lease.epoch == task.epoch else { continue }
            leases[task.subject] = nil
            if !lease.isResting { freed.count += 1 }
        }
        return freed
    }
}
