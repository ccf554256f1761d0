internal import DequeModule

/// Decides which worker session gets which task. A value: the scheduler actor holds it and performs what it says.
///
/// Tasks that need one resource are given out in the order in which they were enqueued. A task goes to the session of the worker
/// that had the run last, if that has a credit; else to the less loaded of the next two sessions in turn. Every
/// operation takes constant time per assignment it makes, however many tasks wait and sessions are connected.
package struct TaskScheduler: Sendable {
    /// One connection of a worker: a number that is never used twice.
    package typealias SessionID = UInt64

    /// A run, or an activity of one, that needs a worker.
    package struct Request: Sendable, Equatable {
        package var subject: TaskSubject
        package var resource: TaskResource
        /// The worker that had the run last: it gets it if it can.
        package var lastWorker: String?
        /// The worker that failed at the activity last: it gets it only if no other can.
        package var avoidedWorker: String?
        /// Whether only a worker that can replay may have it.
        package var needsReplay: Bool
        /// Only a worker of a later generation may have it.
        package var generationBefore: UInt64
        /// Since when it waits for a worker; `nil` until it is enqueued.
        package var since: Timestamp?
        /// The server that is to be lent the place of a worker, for a task that it has; `nil` for a task of this one.
        package var borrower: String?

        package init(
            _ subject: TaskSubject, _ resource: TaskResource, lastWorker: String? = nil, avoidedWorker: String? = nil,
            needsReplay: Bool = false, generationBefore: UInt64 = 0
        ) {
            self.subject = subject
            self.resource = resource
            self.lastWorker = lastWorker
            self.avoidedWorker = avoidedWorker
            self.needsReplay = needsReplay
            self.generationBefore = generationBefore
        }
    }

    package struct Assignment: Sendable, Equatable {
        package var request: Request
        package var session: SessionID
        package var worker: WorkerIdentity
        /// The last generation of workers there is.
        package var generation: UInt64
    }

    /// Why a task gets no worker now.
    package enum Wait: Sendable, Equatable {
        case noWorkerOffersIt
        case onlyPlainWorkersOfferIt
        case allBusy(workers: Int)
        case nothing
    }

    struct Session {
        var worker: WorkerIdentity
        var generation: UInt64
        var offers: Set<TaskResource>
        var capacity: Int
        var held: Int
        /// Whether its worker is connected to another server: then it has no place that is free, only such as are lent for a
        /// task that waits.
        var isBorrowed = false
        var hasCredit: Bool { held < capacity }
        var free: Int { capacity - held }
    }

    /// The tasks that need one resource: those that any session may have, those that need a replay, each in order of arrival,
    /// and those that need a replay by a worker of a later generation, the earliest generation first.
    struct Queue {
        var any = TaskList()
        var replaying = TaskList()
        var later = TaskList()
        /// Sessions that may have a credit for it, in turn. A session that turns out to have none is dropped
        /// here and comes back when it gets one.
        var sessions = Deque<SessionID>()
        var listed: Set<SessionID> = []
        var offering: Set<SessionID> = []

        mutating func put(_ request: Request, order: UInt64) {
            guard request.needsReplay else { return any.append(request, order) }
            guard request.generationBefore > 0 else { return replaying.append(request, order) }
            later.insertByGeneration(request, order)
        }

        /// The list that holds the oldest task which a session may have, and the task's order.
        func head(for session: Session) -> (list: WritableKeyPath<Queue, TaskList>, order: UInt64)? {
            let withPlaces = !session.isBorrowed
            var oldest = any.first(withPlaces: withPlaces).map { (list: \Queue.any, order: $0.order) }
            if session.worker.isPlain { return oldest }
            if let replay = replaying.first(withPlaces: withPlaces)?.order, replay < oldest?.order ?? .max {
                oldest = (\Queue.replaying, replay)
            }
            if let first = later.first(withPlaces: withPlaces), first.request.generationBefore < session.generation,
                first.order < oldest?.order ?? .max
            {
                oldest = (\Queue.later, first.order)
            }
            return oldest
        }

        mutating func pop(for session: Session) -> Request? {
            guard let head = head(for: session) else { return nil }
            return self[keyPath: head.list].pop(head.order)
        }

        mutating func list(_ session: SessionID) {
            if listed.insert(session).inserted { sessions.append(session) }
        }

        /// A session is gone: rare, so it may cost a pass over the list.
        mutating func forget(_ session: SessionID) {
            offering.remove(session)
            if listed.remove(session) != nil { sessions.removeAll { $0 == session } }
        }

        /// How many tasks of this server wait.
        var depth: Int { any.count + replaying.count + later.count }

        var isUnused: Bool { any.isEmpty && replaying.isEmpty && later.isEmpty && offering.isEmpty }
    }

    var sessions: [SessionID: Session] = [:]
    private var sessionOfWorker: [String: SessionID] = [:]
    private(set) var queues: [TaskResource: Queue] = [:]
    /// What lenders are to be told.
    var loans = LoanChanges()
    private(set) var borrowedSessions = 0
    private var nextOrder: UInt64 = 0
    private var generation: UInt64 = 0

    package init() {}

    /// How many tasks wait for a worker that offers a resource.
    package func depth(of resource: TaskResource) -> Int { queues[resource]?.depth ?? 0 }

    /// How many sessions a resource's list holds, those without a credit included.
    func rememberedSessions(of resource: TaskResource) -> Int { queues[resource]?.sessions.count ?? 0 }

    /// A session takes tasks from now on.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - worker: whose session it is.
    ///   - generation: grows from worker to worker; a worker that comes back keeps its own.
    ///   - offers: what it takes.
    ///   - capacity: how many tasks it takes at once.
    ///   - held: how many it has already.
    ///   - isBorrowed: whether its worker is connected to another server, which lends its places.
    /// - Returns: the tasks it gets at once.
    package mutating func connect(
        _ id: SessionID, worker: WorkerIdentity, generation: UInt64 = 1, offers: Set<TaskResource>, capacity: Int,
        held: Int, isBorrowed: Bool = false
    ) -> [Assignment] {
        disconnect(id)
        self.generation = max(self.generation, generation)
        sessions[id] = Session(
            worker: worker, generation: generation, offers: offers, capacity: capacity, held: held,
            isBorrowed: isBorrowed)
        sessionOfWorker[worker.id] = id
        for resource in offers {
            queues[resource, default: Queue()].offering.insert(id)
        }
        if isBorrowed {
            borrowedSessions += 1
            noteWaiting(for: offers)
        }
        return refill(id)
    }

    /// A session takes no more tasks.
    package mutating func disconnect(_ id: SessionID) {
        guard let session = sessions.removeValue(forKey: id) else { return }
        if session.isBorrowed { borrowedSessions -= 1 }
        if sessionOfWorker[session.worker.id] == id { sessionOfWorker[session.worker.id] = nil }
        for resource in session.offers {
            queues[resource]?.forget(id)
            if queues[resource]?.isUnused == true { queues[resource] = nil }
        }
    }

    /// A task needs a worker.
    package mutating func enqueue(_ request: Request) -> Assignment? {
        if let id = pick(for: request), let session = sessions[id] {
            sessions[id]?.held += 1
            return Assignment(request: request, session: id, worker: session.worker, generation: generation)
        }
        nextOrder += 1
        queues[request.resource, default: Queue()].put(request, order: nextOrder)
        if request.borrower == nil { noteWaiting(for: [request.resource]) }
        return nil
    }

    /// A session no longer has some of its tasks, or some of them only wait.
    package mutating func release(_ id: SessionID, count: Int) -> [Assignment] {
        guard let held = sessions[id]?.held else { return [] }
        sessions[id]?.held = max(0, held - count)
        return refill(id)
    }

    /// Tasks of a session that only waited go on: it may then have more than its capacity.
    package mutating func occupy(_ id: SessionID, count: Int) {
        sessions[id]?.held += count
        take(count, of: id)
    }

    /// Why a task that needs this resource is not given to a worker.
    package func wait(for resource: TaskResource, needsReplay: Bool) -> Wait {
        let offering = queues[resource]?.offering.compactMap { sessions[$0] } ?? []
        if offering.isEmpty { return .noWorkerOffersIt }
        let able = needsReplay ? offering.filter { !$0.worker.isPlain } : offering
        if able.isEmpty { return .onlyPlainWorkersOfferIt }
        return able.contains(where: \.hasCredit) ? .nothing : .allBusy(workers: able.count)
    }

    /// Gives a session the oldest tasks it may have, for as many credits as it has.
    mutating func refill(_ id: SessionID) -> [Assignment] {
        guard let session = sessions[id] else { return [] }
        var assignments: [Assignment] = []
        var credits = session.free
        while credits > 0 {
            let waiting = session.offers.compactMap { resource in
                queues[resource]?.head(for: session).map { (order: $0.order, resource: resource) }
            }
            guard let oldest = waiting.min(by: { $0.order < $1.order }),
                let request = queues[oldest.resource]?.pop(for: session)
            else { break }
            assignments.append(
                Assignment(request: request, session: id, worker: session.worker, generation: generation))
            credits -= 1
        }
        sessions[id]?.held += assignments.count
        if session.isBorrowed {
            giveBack(credits, of: id)
        } else if credits > 0 {
            for resource in session.offers { queues[resource]?.list(id) }
        }
        return assignments
    }

    private mutating func pick(for request: Request) -> SessionID? {
        if let last = request.lastWorker, let id = sessionOfWorker[last], isAble(id, request) { return id }
        guard let first = nextInTurn(for: request, other: nil) else { return nil }
        guard let second = nextInTurn(for: request, other: first) else { return first }
        if let avoided = request.avoidedWorker {
            if sessions[first]?.worker.id == avoided { return second }
            if sessions[second]?.worker.id == avoided { return first }
        }
        return sessions[second]?.free ?? 0 > sessions[first]?.free ?? 0 ? second : first
    }

    /// The next listed session that can take the task; those without a credit leave the list on the way.
    private mutating func nextInTurn(for request: Request, other: SessionID?) -> SessionID? {
        var passed = 0
        while passed < queues[request.resource]?.sessions.count ?? 0 {
            guard let id = queues[request.resource]?.sessions.popFirst() else { return nil }
            guard let session = sessions[id], session.hasCredit, session.offers.contains(request.resource) else {
                queues[request.resource]?.listed.remove(id)
                continue
            }
            queues[request.resource]?.sessions.append(id)
            passed += 1
            if id != other, isAble(id, request) { return id }
        }
        return nil
    }

    private func isAble(_ id: SessionID, _ request: Request) -> Bool {
        guard let session = sessions[id], session.hasCredit, session.offers.contains(request.resource) else {
            return false
        }
        return !(request.needsReplay && session.worker.isPlain) && session.generation > request.generationBefore
    }
}
