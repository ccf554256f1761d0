internal import DequeModule
internal import FoundationEssentials
internal import Synchronization

/// Runs what a worker has to do: its runs, and the closures of steps and activities.
///
/// They wait in one queue, and as many proceed at once as there are processors, on threads of the executor below. So a
/// piece of work costs a lock, where a task of its own, or a hop to the global executor, costs microseconds.
package final class WorkerExecutor: TaskExecutor {
    private enum Work {
        /// A job, and the executor that it was given to.
        case job(UnownedJob, on: UnownedTaskExecutor)
        /// All that a run has to do.
        case run(RunExecutor)
    }

    private struct State {
        var queue: Deque<Work> = []
        /// How many threads work.
        var servers = 0
        /// How many of them are in the code of a run, which ends soon: closures may take any time.
        var soonFree = 0
    }

    /// After so many pieces a thread is given back, so that others get their turn on it.
    private static let turn = 64

    /// Upon what it runs; `nil` for the global executor.
    private let base: (any TaskExecutor)?
    private let width: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - base: Upon what it runs; `nil` for the global executor.
    ///   - width: How many pieces of work proceed at once.
    package init(on base: (any TaskExecutor)? = nil, width: Int = ProcessInfo.processInfo.activeProcessorCount) {
        self.base = base
        self.width = width
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        put(.job(UnownedJob(job), on: asUnownedTaskExecutor()), isNext: false)
    }

    /// - Parameters:
    ///   - run: what is to be drained.
    ///   - isNext: whether it goes before what waits.
    func enqueue(_ run: RunExecutor, isNext: Bool) {
        put(.run(run), isNext: isNext)
    }

    /// The same threads, for jobs that go before all that waits.
    var next: any TaskExecutor { Next(executor: self) }

    private final class Next: TaskExecutor {
        let executor: WorkerExecutor

        init(executor: WorkerExecutor) {
            self.executor = executor
        }

        func enqueue(_ job: consuming ExecutorJob) {
            executor.put(.job(UnownedJob(job), on: asUnownedTaskExecutor()), isNext: true)
        }
    }

    private func put(_ work: Work, isNext: Bool) {
        let begins = state.withLock { state in
            if isNext { state.queue.prepend(work) } else { state.queue.append(work) }
            // A thread that is to be woken costs more than what waits for one that is soon free.
            guard state.servers < width, state.queue.count > state.soonFree else { return false }
            state.servers += 1
            return true
        }
        if begins { serveSoon() }
    }

    private func serveSoon() {
        // Nobody awaits it: it ends when nothing is left to do.
        Task.detached(executorPreference: base) { self.serve() }
    }

    private func serve() {
        var wasInRun = false
        for _ in 0..<Self.turn {
            let work = state.withLock { state in
                let work = state.queue.popFirst()
                if wasInRun { state.soonFree -= 1 }
                if case .run = work { state.soonFree += 1 }
                if work == nil { state.servers -= 1 }
                return work
            }
            wasInRun = false
            switch work {
            case .job(let job, let executor): job.runSynchronously(on: executor)
            case .run(let run):
                run.drain()
                wasInRun = true
            case nil: return
            }
        }
        if wasInRun { state.withLock { $0.soonFree -= 1 } }
        serveSoon()
    }
}
