internal import Synchronization

/// What is waiting in memory for one connection, counted by every thread that adds or takes; see ``BufferBudget``.
final class BufferAccount: Sendable {
    /// What a change leads to, besides.
    struct Outcome {
        /// The peer's window, which was withheld, can be opened.
        var releasesWindow = false
        /// All connections together hold more than they may.
        var exceedsTotal = false
    }

    let budget: BufferBudget
    private let total: BufferTotal
    private let queued = Atomic<Int>(0)
    /// Changed on the event loop only; read from anywhere.
    private let incomplete = Atomic<Int>(0)
    private let isWithheld = Atomic<Bool>(false)

    init(_ budget: BufferBudget, total: BufferTotal) {
        self.budget = budget
        self.total = total
    }

    /// All that is waiting, in bytes.
    var bytes: Int { queued.load(ordering: .relaxed) + incomplete.load(ordering: .relaxed) }

    /// Whether a message to be sent finds room.
    func hasRoom(for bytes: Int) -> Bool {
        budget.hasRoom(for: bytes, queued: queued.load(ordering: .relaxed))
    }

    /// Counts bytes that are waiting, or, negative, that are no longer.
    func add(_ change: Int) -> Outcome {
        let (old, new) = queued.add(change, ordering: .sequentiallyConsistent)
        var outcome = Outcome(exceedsTotal: total.add(BufferBudget.carry(from: old, to: new), budget))
        if change < 0, !budget.withholds(queued: new), isWithheld.load(ordering: .sequentiallyConsistent) {
            outcome.releasesWindow = isWithheld.exchange(false, ordering: .sequentiallyConsistent)
        }
        return outcome
    }

    // Event loop only:

    /// Counts bytes of messages whose rest is still to come; whether all connections together now hold too much.
    func addIncomplete(_ change: Int) -> Bool {
        let (old, new) = incomplete.add(change, ordering: .relaxed)
        return total.add(BufferBudget.carry(from: old, to: new), budget)
    }

    var verdict: BufferBudget.Verdict {
        budget.verdict(
            queued: queued.load(ordering: .relaxed), incomplete: incomplete.load(ordering: .relaxed))
    }

    /// Notes that the window is withheld, so that who makes room says so. False if there is room by now.
    func withhold() -> Bool {
        isWithheld.store(true, ordering: .sequentiallyConsistent)
        // Who made room before the note was there did not see it.
        if budget.withholds(queued: queued.load(ordering: .sequentiallyConsistent)) { return true }
        return !isWithheld.exchange(false, ordering: .sequentiallyConsistent)
    }
}
