internal import DequeModule

/// How many may work at once, and who waits for a place, the first to come first.
struct Places<Claimant> {
    private let limit: Int
    private var taken = 0
    private var queue: Deque<Claimant> = []
    private var isClosed = false

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// - Returns: whether there is a place now; else there will be one in turn.
    mutating func claim(_ claimant: Claimant) -> Bool {
        guard !isClosed, taken < limit else {
            if !isClosed { queue.append(claimant) }
            return false
        }
        taken += 1
        return true
    }

    /// A place is given back.
    ///
    /// - Returns: who has it now.
    mutating func free() -> Claimant? {
        if let next = queue.popFirst() { return next }
        taken -= 1
        return nil
    }

    /// Nobody gets a place any more.
    mutating func close() {
        isClosed = true
        queue = []
    }
}
