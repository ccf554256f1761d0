internal import Synchronization

/// Notices steps that take long, so that the server can say what a run is doing. Sleeps while no step runs.
final class LongStepWatch: Sendable {
    /// How long a step runs before the server is told its name.
    private static let threshold = Duration.milliseconds(50)

    private let isAwake = Mutex(false)
    private let bell = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func stepsBegan() {
        let wakes = isAwake.withLock { isAwake in
            defer { isAwake = true }
            return !isAwake
        }
        if wakes { bell.continuation.yield() }
    }

    /// Looks at the runs as long as any of them runs a step, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - runs: the runs in memory.
    ///   - report: is given those that have a long step to tell of.
    func run(runs: @Sendable () -> [Run], report: @Sendable (Run) -> Void) async {
        for await _ in bell.stream {
            while isAwake.withLock({ $0 }) {
                guard (try? await Task.sleep(for: Self.threshold)) != nil else { return }
                isAwake.withLock { $0 = false }
                let limit = ContinuousClock.now - Self.threshold
                for run in runs() {
                    let (isRunning, isToTell) = run.noteLongSteps(startedBefore: limit)
                    if isToTell { report(run) }
                    if isRunning { isAwake.withLock { $0 = true } }
                }
            }
        }
    }
}
