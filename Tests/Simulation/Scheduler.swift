import AetherRuntime
import HeapModule

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs all jobs of the process on one thread, each next one drawn by the seed, and skips the time when none is left.
///
/// Jobs of tasks that prefer a ``Machine`` come by way of it; all others by the hook of Swift's global executor. So nothing
/// escapes, and the same seed takes the same course in every process.
///
/// It is unchecked because only the thread that calls ``run(until:)`` ever touches it: that is the one thread there is.
final class Scheduler: @unchecked Sendable {
    /// The one whose jobs the global executor's are. Set before anything runs, by the thread that runs everything.
    nonisolated(unsafe) static var current = Scheduler(seed: 0)

    struct Job {
        var job: UnownedJob
        /// Whose it is; `nil` for what nobody's executor asked for.
        var machine: Machine?
    }

    private struct Alarm: Comparable {
        var time: Int64
        var number: UInt64

        static func < (left: Alarm, right: Alarm) -> Bool { (left.time, left.number) < (right.time, right.number) }
    }

    /// In milliseconds since the simulation began.
    private(set) var now: Int64 = 0
    /// How many jobs have run.
    private(set) var count = 0
    var random: SplitMix64
    private var ready: [Job] = []
    private var alarms = Heap<Alarm>()
    private var sleepers: [UInt64: UnsafeContinuation<Bool, Never>] = [:]
    private var lastNumber: UInt64 = 0
    private var idlers: [UnsafeContinuation<Void, Never>] = []
    /// Called after so many jobs, once.
    private var interruption: (count: Int, action: () -> Void)?

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    func put(_ job: Job) {
        ready.append(job)
    }

    /// Runs what there is to run, as long as anything is left to happen.
    ///
    /// - Parameter isOver: ends it.
    func run(until isOver: () -> Bool) {
        while !isOver() {
            if let index = ready.indices.randomElement(using: &random) {
                ready.swapAt(index, ready.count - 1)
                run(ready.removeLast())
            } else if !idlers.isEmpty {
                let resumed = idlers
                idlers = []
                for idler in resumed { idler.resume() }
            } else if !wakeNext() {
                guard interruption != nil else { return }
                interrupt()
            }
        }
    }

    private func interrupt() {
        defer { interruption = nil }
        interruption?.action()
    }

    private func run(_ job: Job) {
        count += 1
        if let interruption, count >= interruption.count { interrupt() }
        guard let machine = job.machine else {
            return job.job.runSynchronously(on: Self.nobody)
        }
        machine.run(job)
    }

    /// What plain tasks run on: no executor in particular, which the runtime represents by zeros
    /// (`SerialExecutorRef::generic` in swift/ABI/Executor.h).
    private static let nobody = unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)

    /// Has something done in the middle of what happens at one instant.
    func interrupt(afterJobs jobs: Int, _ action: @escaping () -> Void) {
        interruption = (count + jobs, action)
    }

    // MARK: Time

    private func wakeNext() -> Bool {
        while let alarm = alarms.popMin() {
            guard let sleeper = sleepers.removeValue(forKey: alarm.number) else { continue }
            now = max(now, alarm.time)
            sleeper.resume(returning: true)
            return true
        }
        return false
    }

    func sleep(until time: Int64) async throws {
        guard time > now else { return try Task.checkCancellation() }
        lastNumber += 1
        let number = lastNumber
        let hasSlept = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                self.sleepers[number] = continuation
                self.alarms.insert(Alarm(time: time, number: number))
            }
        } onCancel: {
            self.sleepers.removeValue(forKey: number)?.resume(returning: false)
        }
        guard hasSlept else { throw CancellationError() }
    }

    func sleep(_ milliseconds: Int64) async throws {
        try await sleep(until: now + milliseconds)
    }

    /// Waits until nothing is left to do at this instant.
    func untilIdle() async {
        await withUnsafeContinuation { idlers.append($0) }
    }

    // MARK: The hook

    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Enqueue) -> Void

    /// Has the jobs of the global executor come here, for the rest of the process.
    static func takeOverGlobalExecutor() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("the Swift runtime has no swift_task_enqueueGlobal_hook")
        }
        let hook: Hook = { job, _ in Scheduler.current.put(Job(job: job)) }
        symbol.assumingMemoryBound(to: Hook?.self).pointee = hook
    }
}

/// A process of the simulated world: what runs on it stands still when it is paused, and for ever when it is killed.
///
/// Unchecked for the reason of ``Scheduler``.
final class Machine: SerialExecutor, TaskExecutor, @unchecked Sendable {
    enum State { case running, paused, dead }

    let name: String
    private(set) var state = State.running
    private var held: [Scheduler.Job] = []

    init(_ name: String) {
        self.name = name
    }

    var isRunning: Bool { state == .running }

    func enqueue(_ job: consuming ExecutorJob) {
        Scheduler.current.put(Scheduler.Job(job: UnownedJob(job), machine: self))
    }

    func run(_ job: Scheduler.Job) {
        guard isRunning else { return held.append(job) }
        job.job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }

    func pause() {
        if state == .running { state = .paused }
    }

    func goOn() {
        guard state == .paused else { return }
        thaw()
    }

    func kill() {
        state = .dead
    }

    /// Lets a dead machine run again once nobody can hear it, so that what it left is freed.
    func bury() {
        thaw()
    }

    private func thaw() {
        state = .running
        for job in held { Scheduler.current.put(job) }
        held = []
    }
}
