/// What the writer knows of the mark in the database: a number that each of its writes compares with the last one and draws
/// anew, in the same transaction.
///
/// So a write whose outcome is not known is known by its mark, and one that is late finds a mark that it does not expect, or
/// none where the node was evicted, and is refused.
struct WriteMark {
    private(set) var current: Int64
    /// Those of writes whose outcome is not known.
    private var possible: Set<Int64> = []

    init(_ current: Int64) {
        self.current = current
    }

    mutating func begin(_ next: Int64) {
        possible.insert(next)
    }

    /// The write of this mark is not there, and never will be.
    mutating func refuse(_ next: Int64) {
        possible.remove(next)
    }

    /// The database has this mark.
    mutating func settle(_ found: Int64) {
        current = found
        possible = []
    }

    /// Whether a mark in the database is this writer's.
    func owns(_ found: Int64) -> Bool { found == current || possible.contains(found) }
}
