internal import DequeModule

/// Tasks that wait, in an order, and beside them the places that other servers wait for.
struct TaskList: Sendable {
    typealias Element = (order: UInt64, request: TaskScheduler.Request)

    private var tasks = Deque<Element>()
    private var places = Deque<Element>()

    /// How many tasks wait, without the places.
    var count: Int { tasks.count }
    var isEmpty: Bool { tasks.isEmpty && places.isEmpty }

    /// The oldest of the tasks, and of the places if a session may have one.
    func first(withPlaces: Bool) -> Element? {
        guard withPlaces, let place = places.first else { return tasks.first }
        guard let task = tasks.first else { return place }
        return task.order < place.order ? task : place
    }

    mutating func append(_ request: TaskScheduler.Request, _ order: UInt64) {
        if request.borrower == nil { tasks.append((order, request)) } else { places.append((order, request)) }
    }

    /// Behind those that any worker may have whom this one may have. Rare, and nearly always at the end.
    mutating func insertByGeneration(_ request: TaskScheduler.Request, _ order: UInt64) {
        func place(in list: Deque<Element>) -> Int {
            let end = list.lastIndex { $0.request.generationBefore <= request.generationBefore }
            return end.map { $0 + 1 } ?? 0
        }
        if request.borrower == nil {
            tasks.insert((order, request), at: place(in: tasks))
        } else {
            places.insert((order, request), at: place(in: places))
        }
    }

    /// Takes the element with an order, which is the first of its kind.
    mutating func pop(_ order: UInt64) -> TaskScheduler.Request? {
        tasks.first?.order == order ? tasks.popFirst()?.request : places.popFirst()?.request
    }

    /// The generations behind which tasks are, each as often as it occurs.
    var generations: [UInt64: Int] {
        tasks.reduce(into: [:]) { $0[$1.request.generationBefore, default: 0] += 1 }
    }
}
