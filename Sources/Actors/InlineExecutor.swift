internal import Synchronization

/// Runs jobs on the threads that bring them, one at a time: who comes while another is at work leaves its job to that one.
///
/// For an actor whose work blocks nobody and is shorter than waking a thread.
final class InlineExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isAtWork = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFree = state.withLock { state in
            state.jobs.append(job)
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if isFree { work() }
    }

    private func work() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                state.isAtWork = !state.jobs.isEmpty
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }
}
