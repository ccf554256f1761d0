internal import DequeModule

/// Tasks that wait, in an order, and places that other servers wait for among them.
struct TaskList: Sendable {
    private var tasks = Deque<(order: UInt64, request: TaskScheduler.Request)>()
    /// How many of them are tasks of this server.
    private(set) var own = 0

    var first: (order: UInt64, request: TaskScheduler.Request)? { tasks.first }
    var isEmpty: Bool { tasks.isEmpty }

    mutating func append(_ request: TaskScheduler.Request, _ order: UInt64) {
        tasks.append((order, request))
        if request.borrower == nil { own += 1 }
    }

    /// Behind those that any worker may have whom this one may have. Rare, and nearly always at the end.
    mutating func insertByGeneration(_ request: TaskScheduler.Request, _ order: UInt64) {
        let end = tasks.lastIndex { $0.request.generationBefore <= request.generationBefore }
        tasks.insert((order, request), at: end.map { $0 + 1 } ?? 0)
        if request.borrower == nil { own += 1 }
    }

    mutating func popFirst() -> TaskScheduler.Request? {
        guard let request = tasks.popFirst()?.request else { return nil }
        if request.borrower == nil { own -= 1 }
        return request
    }

    /// The generations behind which this server's tasks are, each as often as it occurs.
    var generations: [UInt64: Int] {
        tasks.reduce(into: [:]) { if $1.request.borrower == nil { $0[$1.request.generationBefore, default: 0] += 1 } }
    }
}
