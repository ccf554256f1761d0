internal import Dispatch
internal import Foundation
internal import Synchronization

/// An executor with a thread of its own, for actors that block on files.
///
/// The thread starts with the first job and sleeps on a semaphore between jobs: an idle one costs nothing. After
/// ``stop()`` it ends as soon as nothing waits; a job that still comes later starts it again, so none is ever lost.
final class DedicatedThread: SerialExecutor, TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
        var isStopping = false
    }

    private let name: String
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    init(name: String) {
        self.name = name
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (mustWake, mustStart) = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return (state.jobs.count == 1, !state.isRunning)
        }
        if mustWake { wake.signal() }
        if mustStart { start() }
    }

    /// Lets the thread end once nothing waits for it.
    func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
    }

    private func start() {
        // The thread keeps the executor alive: the actor may be released by the last job it runs.
        let thread = Thread { self.run() }
        thread.name = name
        thread.start()
    }

    private func run() {
        while true {
            wake.wait()
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            let isOver = state.withLock { state in
                guard state.isStopping, state.jobs.isEmpty else { return false }
                state.isRunning = false
                return true
            }
            if isOver { return }
        }
    }
}
