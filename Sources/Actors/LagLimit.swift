/// How far what is acknowledged may be ahead of what is durable, at tier L1.
struct LagLimit: Sendable {
    /// Since the first of it came.
    var interval: Duration
    var entriesOfRun: Int
    /// Of all runs together.
    var entries: Int

    init(_ configuration: EngineConfiguration) {
        interval = configuration.snapshotInterval
        entriesOfRun = configuration.snapshotSteps
        entries = configuration.maximumLaggingSteps
    }
}
