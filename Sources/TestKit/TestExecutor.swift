internal import Synchronization

/// Runs everything of a test environment, one piece at a time and in the order of arrival: so the same test takes the same
/// course every time, and it is known when nothing is left to do.
final class TestExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isDraining = false
        /// Whether it is to be asked again what follows.
        var isRung = false

        mutating func beginDraining() -> Bool {
            defer { isDraining = true }
            return !isDraining
        }
    }

    private let state = Mutex(State())
    private let idle: @Sendable () -> Bool

    /// - Parameter idle: is called when nothing is left to do; makes something happen, or returns `false`.
    init(idle: @escaping @Sendable () -> Bool) {
        self.idle = idle
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let begins = state.withLock { state in
            state.jobs.append(job)
            return state.beginDraining()
        }
        if begins { drainSoon() }
    }

    /// What `idle` would do may have changed.
    func ring() {
        let begins = state.withLock { state in
            state.isRung = true
            return state.beginDraining()
        }
        if begins { drainSoon() }
    }

    private func drainSoon() {
        // Nobody awaits it: it ends when nothing is left to do.
        Task.detached { self.drain() }
    }

    private func drain() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                state.isRung = false
                return state.jobs
            }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            guard jobs.isEmpty, !idle() else { continue }
            let ends = state.withLock { state in
                guard state.jobs.isEmpty, !state.isRung else { return false }
                state.isDraining = false
                return true
            }
            if ends { return }
        }
    }
}
