internal import AetherRuntime
internal import DequeModule

/// The runs that only wait, the one that has waited longest first.
struct IdleRuns {
    private var turns: [WorkflowID: UInt64] = [:]
    /// With places of runs that no longer wait, or wait again: those are not of the run's last turn.
    private var queue: Deque<(id: WorkflowID, turn: UInt64)> = []
    private var lastTurn: UInt64 = 0

    /// A run begins to wait.
    mutating func insert(_ id: WorkflowID) {
        lastTurn += 1
        turns[id] = lastTurn
        queue.append((id, lastTurn))
        if queue.count > 2 * turns.count + 16 { queue.removeAll { turns[$0.id] != $0.turn } }
    }

    /// A run no longer waits.
    mutating func remove(_ id: WorkflowID) {
        turns[id] = nil
    }

    /// Takes the run that has waited longest.
    mutating func popLongest() -> WorkflowID? {
        while let first = queue.popFirst() {
            guard turns[first.id] == first.turn else { continue }
            turns[first.id] = nil
            return first.id
        }
        return nil
    }
}
