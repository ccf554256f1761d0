import AetherRuntime

/// What a server tells a worker on its stream.
enum CoreMessageToWorker {
    /// The tasks that the worker said it has, and may keep.
    case kept(Set<TaskID>)
    case run(TaskID, journal: [JournalEntry])
    case attempt(TaskID)
    case push(TaskID, JournalEntry)
    case revoke(TaskID)
}

/// A stream of messages to a worker: in order and without a gap while it is open, and what is under way is lost with it.
final class CoreStream {
    let connection: TaskScheduler.SessionID
    private unowned let world: CoreWorld
    private let worker: CoreWorker
    private var lastArrival: Int64 = 0
    private(set) var isOpen = true

    init(_ connection: TaskScheduler.SessionID, to worker: CoreWorker, _ world: CoreWorld) {
        (self.connection, self.worker, self.world) = (connection, worker, world)
    }

    /// Ends it; the worker learns of it when it does.
    func close() {
        guard isOpen else { return }
        isOpen = false
        worker.after(world.events.draw(0...2_000)) { [self] in worker.reconnect(self) }
    }

    func send(_ message: CoreMessageToWorker) {
        guard isOpen else { return }
        lastArrival = max(lastArrival + 1, world.events.now + world.faults.networkTime())
        world.events.after(lastArrival - world.events.now) { [self] in
            worker.perform { [self] in
                if isOpen { worker.receive(message, on: self) }
            }
        }
    }
}

/// What a server knows of a worker, over all its streams.
final class CoreSession {
    struct Lease {
        var epoch: UInt64
        var isResting = false
    }

    /// `nil` until it has connected: the session is of leases that were read from the disk.
    var process: UInt64?
    var generation: UInt64 = 0
    var stream: CoreStream?
    var leases: [TaskSubject: Lease] = [:]
    /// What the scheduler chose the worker for, and is not sent yet; how often each.
    var reserved: [TaskSubject: Int] = [:]
    /// Counts what makes a grace period that began before void.
    var graces = 0

    var tasks: [TaskID] { leases.map { TaskID($0.key, epoch: $0.value.epoch) } }

    func takeReservation(of subject: TaskSubject) -> Bool {
        guard let count = reserved[subject] else { return false }
        reserved[subject] = count > 1 ? count - 1 : nil
        return true
    }
}
