internal import Synchronization

/// What is waiting in memory for all connections of a server; see ``BufferBudget``.
final class BufferTotal: Sendable {
    private let bytes = Atomic<Int>(0)

    /// Adds what a connection carries over; whether more is waiting now than may.
    func add(_ change: Int, _ budget: BufferBudget) -> Bool {
        if change == 0 { return false }
        let total = bytes.add(change, ordering: .relaxed).newValue
        return change > 0 && total > budget.totalBytes
    }
}
