internal import DequeModule
internal import Dispatch
internal import Foundation
internal import Synchronization

/// An executor with a few threads of its own, which wakes one thread for one job.
///
/// Swift's global executor, on Linux, wakes a second thread whenever the first finds work; it sleeps again at once. In a
/// virtual machine a thread that is woken costs tens of microseconds, so for short jobs that come one at a time, such as
/// calls that wait for each other across processes, that is most of what they cost.
///
/// Threads start when they are needed, and stay. A job that blocks its thread takes it from the others.
package final class ThreadPool: TaskExecutor {
    private struct State {
        var jobs: Deque<UnownedJob> = []
        var threads = 0
        /// How many threads sleep and are not being woken.
        var asleep = 0
    }

    /// As many threads as there are processors, for a whole process.
    package static let shared = ThreadPool(threads: ProcessInfo.processInfo.activeProcessorCount)

    private let limit: Int
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// - Parameter threads: How many threads there are at most; at least 1.
    package init(threads: Int) {
        limit = max(1, threads)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (wakes, starts) = state.withLock { state in
            state.jobs.append(job)
            if state.asleep > 0 {
                state.asleep -= 1
                return (true, false)
            }
            guard state.threads < limit else { return (false, false) }
            state.threads += 1
            return (false, true)
        }
        if wakes { bell.signal() }
        if starts { start() }
    }

    private func start() {
        let thread = Thread { self.work() }
        thread.name = "aether-pool"
        thread.start()
    }

    private func work() {
        while true {
            let job = state.withLock { state in
                let job = state.jobs.popFirst()
                if job == nil { state.asleep += 1 }
                return job
            }
            if let job { job.runSynchronously(on: asUnownedTaskExecutor()) } else { bell.wait() }
        }
    }
}
