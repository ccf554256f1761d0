internal import AetherRuntime
internal import Synchronization

/// All who wait for the end of some run.
final class ResultWaiters: Sendable {
    private struct State {
        var waiters: [WorkflowID: [ObjectIdentifier: ResultWaiter]] = [:]
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Enters a waiter. The caller then has to look whether the run is still active: an end before that is not told.
    func enter(_ id: WorkflowID) -> ResultWaiter {
        let waiter = ResultWaiter()
        let isFinished = state.withLock { state in
            if !state.isFinished { state.waiters[id, default: [:]][ObjectIdentifier(waiter)] = waiter }
            return state.isFinished
        }
        if isFinished { waiter.answer(.stopped) }
        return waiter
    }

    func leave(_ id: WorkflowID, _ waiter: ResultWaiter) {
        state.withLock { state in
            state.waiters[id]?[ObjectIdentifier(waiter)] = nil
            if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
        }
    }

    func publish(_ id: WorkflowID, _ outcome: WorkflowOutcome) {
        let waiting = state.withLock { $0.waiters.removeValue(forKey: id) }
        guard let waiting else { return }
        for waiter in waiting.values { waiter.answer(.ended(outcome)) }
    }

    /// Everyone hears that the engine stops, now and later.
    func finish() {
        let all = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [:] }
            return state.waiters.values.flatMap(\.values)
        }
        for waiter in all { waiter.answer(.stopped) }
    }
}
