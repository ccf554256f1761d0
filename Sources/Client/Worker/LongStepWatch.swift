internal import DequeModule
internal import Synchronization

/// Notices steps that take long, so that the server can say what a run is doing. Sleeps while no step runs.
final class LongStepWatch: Sendable {
    /// How long a step runs before the server is told its name.
    private static let threshold = Duration.milliseconds(50)

    private struct State {
        /// The runs in which a step began in the last while, each once, the first to begin first. Whether it still runs is not
        /// known here.
        var begun: Deque<(instant: ContinuousClock.Instant, run: Run)> = []
        var isAwake = false
    }

    private let clock: WorkerClock
    private let state = Mutex(State())
    private let bell = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(clock: WorkerClock) {
        self.clock = clock
    }

    /// A step's closure has begun.
    func stepBegan(in run: Run, at instant: ContinuousClock.Instant) {
        if !run.isWatched.exchange(true, ordering: .acquiringAndReleasing) { watch(run, from: instant) }
    }

    private func watch(_ run: Run, from instant: ContinuousClock.Instant) {
        let wakes = state.withLock { state in
            state.begun.append((instant, run))
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if wakes { bell.continuation.yield() }
    }

    /// Looks at the runs whose steps began a while ago, until the task is cancelled.
    ///
    /// - Parameter report: is given those that have a long step to tell of.
    func run(report: @Sendable (Run) -> Void) async {
        for await _ in bell.stream {
            while state.withLock({ $0.isAwake }) {
                guard (try? await clock.pause(Self.threshold)) != nil else { return }
                let limit = clock.instant() - Self.threshold
                for run in takeRuns(begunBefore: limit) { look(at: run, limit, report) }
            }
        }
    }

    private func look(at run: Run, _ limit: ContinuousClock.Instant, _ report: (Run) -> Void) {
        // Before the look: a step that begins during it is watched anew.
        run.isWatched.store(false, ordering: .sequentiallyConsistent)
        let (isLong, next) = run.noteLongStep(startedBefore: limit)
        if isLong { report(run) }
        if let next, !run.isWatched.exchange(true, ordering: .acquiringAndReleasing) { watch(run, from: next) }
    }

    private func takeRuns(begunBefore limit: ContinuousClock.Instant) -> [Run] {
        state.withLock { state in
            var runs: [Run] = []
            while let first = state.begun.first, first.instant <= limit {
                runs.append(first.run)
                state.begun.removeFirst()
            }
            state.isAwake = !state.begun.isEmpty
            return runs
        }
    }
}
