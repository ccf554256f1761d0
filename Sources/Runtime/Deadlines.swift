internal import HeapModule

/// When a run has to be looked at again: the instants at which its operations are due.
///
/// They follow from the journal; which of them were acted on does not, and so takes no part in comparisons: a run that is
/// rebuilt looks at all of them again, and finds those that are no longer due.
struct Deadlines: Sendable, Equatable {
    private struct Deadline: Comparable {
        var time: Timestamp
        var key: OperationKey

        static func < (lhs: Deadline, rhs: Deadline) -> Bool { lhs.time < rhs.time }
    }

    private var heap = Heap<Deadline>()
    /// The instant that was last asked for, and not yet reached.
    private var announced: Timestamp?

    mutating func add(_ time: Timestamp, _ key: OperationKey) {
        heap.insert(Deadline(time: time, key: key))
    }

    /// Takes an operation that is due.
    mutating func popDue(at now: Timestamp) -> OperationKey? {
        if let time = announced, time <= now { announced = nil }
        guard let first = heap.min, first.time <= now else { return nil }
        return heap.popMin()?.key
    }

    /// The next instant, if it was not asked for before.
    mutating func announce() -> Timestamp? {
        guard let next = heap.min?.time, announced.map({ next < $0 }) ?? true else { return nil }
        announced = next
        return next
    }

    /// The earliest instant; operations may be over by then.
    var next: Timestamp? { heap.min?.time }

    mutating func removeAll() {
        heap = Heap()
        announced = nil
    }

    static func == (lhs: Deadlines, rhs: Deadlines) -> Bool { true }
}
