internal import Synchronization

/// Runs all code of one workflow run, its child tasks included, one piece at a time and in the order of arrival.
///
/// That makes the order of a workflow's calls deterministic, and it tells when the run has come to rest: nothing is left
/// to do until an operation is resolved. Resolutions are then given one at a time, in journal order.
final class RunExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isDraining = false
        /// Something to resolve arrived while the run was at work.
        var isWoken = false
        /// Whether the workflow's function was called: before, nothing can be at rest.
        var hasBegun = false
        /// Whose code runs here.
        weak var run: Run?

        mutating func beginDraining() -> Bool {
            defer { isDraining = true }
            return !isDraining
        }
    }

    /// Upon what it runs.
    private let base: WorkerExecutor
    /// Whether what is to be done goes before what other runs have to do.
    private let goesFirst: Bool
    private let state = Mutex(State())

    init(on base: WorkerExecutor, goesFirst: Bool = false) {
        self.base = base
        self.goesFirst = goesFirst
    }

    /// Whose operations are resolved when the run has come to rest. Before that nothing may be enqueued.
    func attach(_ run: Run) {
        state.withLock { $0.run = run }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isIdle = state.withLock { state in
            state.jobs.append(job)
            state.hasBegun = true
            return state.beginDraining()
        }
        if isIdle { base.enqueue(self, isNext: goesFirst) }
    }

    /// Something to resolve has arrived.
    func wake() {
        let isIdle = state.withLock { state in
            state.isWoken = true
            return state.beginDraining()
        }
        if isIdle { base.enqueue(self, isNext: goesFirst) }
    }

    /// Does all that is to be done until the run has come to rest.
    func drain() {
        while true {
            let (jobs, run) = state.withLock { state in
                defer { state.jobs.removeAll(keepingCapacity: true) }
                state.isWoken = false
                return (state.jobs, state.hasBegun ? state.run : nil)
            }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            guard jobs.isEmpty, run?.resolveNext() != true else { continue }
            let isIdle = state.withLock { state in
                guard state.jobs.isEmpty, !state.isWoken else { return false }
                state.isDraining = false
                return true
            }
            if isIdle { return }
        }
    }
}
