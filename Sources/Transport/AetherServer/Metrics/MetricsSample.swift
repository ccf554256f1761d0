internal import AetherActors
package import AetherRuntime
internal import AetherStorage

/// What a server did between two moments, and how it stood at the second.
package struct MetricsSample: Sendable, Equatable {
    /// The second moment.
    package var time: Timestamp
    /// How often a second each of these happened.
    package var workflowsStarted: Double
    package var workflowsClosed: Double
    package var stepsCompleted: Double
    package var activitiesCompleted: Double
    package var entries: Double
    package var commits: Double
    /// From the creation of the workflows that ended to their end.
    package var workflowSeconds: Percentiles?
    /// How long tasks waited for a worker.
    package var queueSeconds: Percentiles?
    /// How long commits to the database took, and the part of it in which its log was written and synced.
    package var commitSeconds: Percentiles?
    package var syncSeconds: Percentiles?
    /// How many journal entries a commit to the database had.
    package var commitEntries: Percentiles?
    /// Tasks that wait for a worker.
    package var queueDepth: Int
    /// Connected workers, the tasks they take at once, and how many of those they have.
    package var workers: Int
    package var capacity: Int
    package var held: Int
    /// Workflows in memory.
    package var activeRuns: Int
    /// Workflows in these states.
    package var pending: Int
    package var running: Int
    package var memoryBytes: Int
    /// How many cores were busy.
    package var cpu: Double

    /// Estimates out of a histogram's buckets; `nil` in a sample when nothing was measured.
    package struct Percentiles: Sendable, Equatable {
        package var p50: Double
        package var p95: Double
        package var p99: Double
    }

    /// - Parameters:
    ///   - earlier: what was read at the first moment.
    ///   - later: what was read at the second, of the same server.
    init(from earlier: MetricsReading, to later: MetricsReading) {
        let seconds = Double(max(1, later.time.rawValue - earlier.time.rawValue)) / 1000
        func rate(_ definition: MetricDefinition) -> Double {
            Double(later.count(definition) - earlier.count(definition)) / seconds
        }
        func percentiles(_ definition: MetricDefinition) -> Percentiles? {
            guard let before = earlier.histogram(definition), let now = later.histogram(definition) else { return nil }
            return Percentiles(now - before, areWhole: definition.unit == .entries)
        }
        time = later.time
        workflowsStarted = rate(MetricCatalog.workflowsStarted)
        workflowsClosed = rate(MetricCatalog.workflowsClosed)
        stepsCompleted = rate(MetricCatalog.stepsCompleted)
        activitiesCompleted = rate(MetricCatalog.activitiesCompleted)
        entries = rate(MetricCatalog.journalEntries)
        commits = rate(MetricCatalog.commits)
        workflowSeconds = percentiles(MetricCatalog.workflowDuration)
        queueSeconds = percentiles(MetricCatalog.queueWait)
        commitSeconds = percentiles(MetricCatalog.commitDuration)
        syncSeconds = percentiles(MetricCatalog.syncDuration)
        commitEntries = percentiles(MetricCatalog.commitEntries)
        queueDepth = later.engine.queued.total
        workers = later.engine.connectedWorkers
        capacity = later.engine.capacity
        held = later.engine.held
        activeRuns = later.engine.activeRuns
        pending = later.engine.workflows[.pending]
        running = later.engine.workflows[.running]
        memoryBytes = later.usage.residentBytes ?? 0
        cpu = max(0, (later.usage.cpuSeconds ?? 0) - (earlier.usage.cpuSeconds ?? 0)) / seconds
    }
}

extension MetricsSample.Percentiles {
    /// Estimates of whole things are rounded up: nothing lies between them.
    fileprivate init?(_ histogram: HistogramSnapshot, areWhole: Bool) {
        guard let p50 = histogram.quantile(0.5), let p95 = histogram.quantile(0.95),
            let p99 = histogram.quantile(0.99)
        else { return nil }
        self.init(
            p50: areWhole ? p50.rounded(.up) : p50, p95: areWhole ? p95.rounded(.up) : p95,
            p99: areWhole ? p99.rounded(.up) : p99)
    }
}
