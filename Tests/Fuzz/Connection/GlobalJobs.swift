internal import Foundation

/// The jobs of Swift's global executor, which run when the fuzzer says: on one thread, so that an input always does the same.
enum GlobalJobs {
    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Enqueue) -> Void

    // Touched only by the one thread there is.
    nonisolated(unsafe) private static var waiting: [UnownedJob] = []

    /// What plain tasks run on: no executor in particular, which the runtime represents by zeros
    /// (`SerialExecutorRef::generic` in swift/ABI/Executor.h).
    private static let nobody = unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)

    /// Has the jobs come here, for the rest of the process.
    static func takeOver() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("the Swift runtime has no swift_task_enqueueGlobal_hook")
        }
        let hook: Hook = { job, _ in GlobalJobs.waiting.append(job) }
        symbol.assumingMemoryBound(to: Hook?.self).pointee = hook
    }

    /// Runs those that wait.
    ///
    /// - Returns: Whether there were any.
    static func run() -> Bool {
        let jobs = waiting
        waiting = []
        for job in jobs { job.runSynchronously(on: nobody) }
        return !jobs.isEmpty
    }
}
