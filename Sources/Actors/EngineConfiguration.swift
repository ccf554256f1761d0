package import AetherRuntime

/// What can be set about an engine, with the defaults of the product.
package struct EngineConfiguration: Sendable {
    /// The tier of a run whose start and type say nothing.
    package var tier: PersistenceTier = .stateActionLog
    /// How long a worker whose stream broke keeps its runs.
    package var workerGrace: Duration = .seconds(5)
    /// The largest input, result or payload, in bytes.
    package var maximumValueBytes = 2 * 1024 * 1024
    /// The most tasks one session may take at once.
    package var maximumTasksPerSession = 100_000
    /// How long the steps of a run at tier L1 may be acknowledged without being durable.
    package var snapshotInterval: Duration = .milliseconds(100)
    /// How many steps of one run at tier L1 may be acknowledged without being durable.
    package var snapshotSteps = 64
    /// How many steps of all runs at tier L1 together may be acknowledged without being durable.
    package var maximumLaggingSteps = 4096
    /// How often a store that refused a write is tried again.
    package var writeRetryInterval: Duration = .seconds(1)
    /// How often a run that could not be read is tried again.
    package var unreadableRetryInterval: Duration = .seconds(10)
    /// How many open workflows are read at a time when the engine starts.
    package var recoveryPageSize = 1000

    /// How far off the next deadline of a run must be for it to leave memory, and how long it stays there after it was
    /// looked at.
    package var passivationHorizon: Duration = .seconds(5)
    /// How long ended runs are kept.
    package var retention = RetentionPolicy()
    /// How often ended runs are looked at that may be kept no longer.
    package var retentionInterval: Duration = .seconds(1)

    package init() {}
}
