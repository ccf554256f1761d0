/// Places at workers that are connected to another server.
///
/// Each server schedules what its own workers do. A server whose tasks wait tells the others for what it wants places; they
/// stand in line for those as if they were tasks, get one lent, and give it back once it is free and nothing waits. So a
/// worker never has more tasks than it takes, and no place is idle while a task waits anywhere.
extension TaskScheduler {
    /// So many tasks of one kind wait.
    package struct Wanted: Sendable, Hashable {
        package var resource: TaskResource
        package var needsReplay: Bool
        package var generationBefore: UInt64
        package var count: Int

        package init(_ resource: TaskResource, needsReplay: Bool, generationBefore: UInt64, count: Int) {
            self.resource = resource
            self.needsReplay = needsReplay
            self.generationBefore = generationBefore
            self.count = count
        }

        /// How a place for one of them stands in line.
        package func request(of borrower: String) -> Request {
            var request = Request(
                TaskSubject(workflow: WorkflowID(rawValue: "")), resource, needsReplay: needsReplay,
                generationBefore: generationBefore)
            request.borrower = borrower
            return request
        }
    }

    /// What has changed since lenders were told last.
    package struct LoanChanges: Sendable {
        /// Of borrowed sessions, how many places are free again; below 0, how many were taken.
        package var returned: [SessionID: Int] = [:]
        /// For what places are wanted, as it stands.
        package var waiting: Set<TaskResource> = []

        package var isEmpty: Bool { returned.isEmpty && waiting.isEmpty }
    }

    /// No more tasks of one kind are told of at once; when those have their places, it is told again.
    private static let wantedAtOnce = 1_000

    /// - Returns: `nil` when nothing has changed.
    package mutating func takeLoanChanges() -> LoanChanges? {
        if loans.isEmpty { return nil }
        defer { loans = LoanChanges() }
        return loans
    }

    /// A session is lent places of its worker. Those for which nothing waits go back at once.
    package mutating func lend(_ id: SessionID, count: Int) -> [Assignment] {
        guard let session = sessions[id], session.isBorrowed else { return [] }
        sessions[id]?.capacity += count
        let assignments = refill(id)
        noteWaiting(for: session.offers)
        return assignments
    }

    /// Borrowed sessions have as many places as they have tasks.
    mutating func giveBack(_ count: Int, of id: SessionID) {
        guard count != 0, sessions[id]?.isBorrowed == true else { return }
        sessions[id]?.capacity -= count
        loans.returned[id, default: 0] += count
    }

    mutating func take(_ count: Int, of id: SessionID) {
        giveBack(-count, of: id)
    }

    /// Tasks that need these wait: who lends such workers is to know, if anything of this server does wait.
    mutating func noteWaiting(for resources: Set<TaskResource>) {
        if borrowedSessions == 0 { return }
        for resource in resources where queues[resource]?.depth ?? 0 > 0 {
            guard queues[resource]?.offering.contains(where: { sessions[$0]?.isBorrowed == true }) == true else {
                continue
            }
            loans.waiting.insert(resource)
        }
    }

    /// What waits for workers that offer a resource.
    package func wanted(_ resource: TaskResource) -> [Wanted] {
        guard let queue = queues[resource] else { return [] }
        var wanted = [
            Wanted(resource, needsReplay: false, generationBefore: 0, count: queue.any.count),
            Wanted(resource, needsReplay: true, generationBefore: 0, count: queue.replaying.count),
        ]
        wanted += queue.later.generations.map {
            Wanted(resource, needsReplay: true, generationBefore: $0.key, count: $0.value)
        }
        return wanted.filter { $0.count > 0 }.map { one in
            var one = one
            one.count = min(one.count, Self.wantedAtOnce)
            return one
        }
    }
}
