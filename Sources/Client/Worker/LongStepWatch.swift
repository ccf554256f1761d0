internal import DequeModule
internal import Synchronization

/// Notices steps that take long, so that the server can say what a run is doing. Sleeps while no step runs.
final class LongStepWatch: Sendable {
    /// How long a step runs before the server is told its name.
    private static let threshold = Duration.milliseconds(50)

    private struct State {
        /// The steps that began in the last while, the first to begin first. Whether they still run is not known here.
        var begun: Deque<(instant: ContinuousClock.Instant, run: Run)> = []
        var isAwake = false
    }

    private let state = Mutex(State())
    private let bell = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// A step's closure has begun.
    func stepBegan(in run: Run, at instant: ContinuousClock.Instant) {
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
                guard (try? await Task.sleep(for: Self.threshold)) != nil else { return }
                let limit = ContinuousClock.now - Self.threshold
                for run in takeRuns(begunBefore: limit) where run.noteLongStep(startedBefore: limit) { report(run) }
            }
        }
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
