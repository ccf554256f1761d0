import AetherRuntime
import AetherStorage

/// What survives a server.
struct CoreDisk {
    private(set) var journals: [WorkflowID: [JournalEntry]] = [:]
    /// Open runs that need not be in memory, and when they have to be woken.
    private(set) var passive: [WorkflowID: Timestamp?] = [:]
    /// Whether it takes no writes now.
    var isFull = false

    mutating func write(_ batch: [WorkflowWrite]) {
        for write in batch {
            if write.isNew {
                journals[write.id] = write.entries
            } else {
                journals[write.id]?.append(contentsOf: write.entries)
            }
            passive[write.id] = nil
        }
    }

    mutating func passivate(_ id: WorkflowID, until time: Timestamp?) {
        passive[id] = .some(time)
    }

    func isOpen(_ id: WorkflowID) -> Bool {
        guard let last = journals[id]?.last?.event else { return false }
        if case .closed = last { return false }
        return true
    }

    func start(of id: WorkflowID) -> WorkflowStart? {
        guard case .started(let start)? = journals[id]?.first?.event else { return nil }
        return start
    }

    func outcome(of id: WorkflowID) -> WorkflowOutcome? {
        guard case .closed(let outcome)? = journals[id]?.last?.event else { return nil }
        return outcome
    }
}
