internal import AetherRuntime
package import CoreMetrics

/// The instruments of an engine. It writes them once a batch; whoever made the factory reads them.
package struct EngineMetrics: Sendable {
    /// Those that count one kind of entry each.
    private let entryCounters: [(kind: EntryKind, counter: Counter)]
    private let workflowsStarted: Counter
    private let workflowsContinued: Counter
    private let workflowsClosed: [WorkflowState: Counter]
    private let workflowsExpired: Counter
    private let workflowDuration: Timer
    private let activityAttemptDuration: Timer
    private let leasesEnded: [LeaseEnd: Counter]
    private let workflowWait: Timer
    private let activityWait: Timer
    private let journalEntries: Counter
    private let commits: Counter
    private let commitDuration: Timer
    private let commitEntries: Recorder
    private let syncDuration: Timer

    /// - Parameter factory: where the instruments come from.
    package init(factory: any MetricsFactory) {
        func counter(_ definition: MetricDefinition) -> Counter {
            Counter(label: definition.name, dimensions: [], factory: factory)
        }
        func counters<Case: Hashable>(
            _ definition: MetricDefinition, _ cases: [Case], _ value: (Case) -> String
        ) -> [Case: Counter] {
            Dictionary(
                uniqueKeysWithValues: cases.map {
                    (
                        $0,
                        Counter(label: definition.name, dimensions: definition.dimensions(value($0)), factory: factory)
                    )
                })
        }
        func timer(_ definition: MetricDefinition, _ value: String? = nil) -> Timer {
            Timer(label: definition.name, dimensions: definition.dimensions(value), factory: factory)
        }
        entryCounters = Self.entryCounters.map { ($0, counter($1)) }
        workflowsStarted = counter(MetricCatalog.workflowsStarted)
        workflowsContinued = counter(MetricCatalog.workflowsContinued)
        workflowsClosed = counters(
            MetricCatalog.workflowsClosed, WorkflowState.allCases.filter(\.isTerminal), MetricCatalog.value(of:))
        workflowsExpired = counter(MetricCatalog.workflowsExpired)
        workflowDuration = timer(MetricCatalog.workflowDuration)
        activityAttemptDuration = timer(MetricCatalog.activityAttemptDuration)
        leasesEnded = counters(MetricCatalog.leasesEnded, LeaseEnd.allCases, MetricCatalog.value(of:))
        workflowWait = timer(MetricCatalog.queueWait, MetricCatalog.TaskKind.workflow.rawValue)
        activityWait = timer(MetricCatalog.queueWait, MetricCatalog.TaskKind.activity.rawValue)
        journalEntries = counter(MetricCatalog.journalEntries)
        commits = counter(MetricCatalog.commits)
        commitDuration = timer(MetricCatalog.commitDuration)
        commitEntries = Recorder(
            label: MetricCatalog.commitEntries.name, dimensions: [], aggregate: true, factory: factory)
        syncDuration = timer(MetricCatalog.syncDuration)
    }

    /// Instruments that nobody reads.
    static var unread: EngineMetrics { EngineMetrics(factory: NOOPMetricsHandler.instance) }

    private static let entryCounters: [(EntryKind, MetricDefinition)] = [
        (.stepCompleted, MetricCatalog.stepsCompleted),
        (.stepFailed, MetricCatalog.stepsFailed),
        (.stepAttemptFailed, MetricCatalog.stepAttemptsFailed),
        (.activityCompleted, MetricCatalog.activitiesCompleted),
        (.activityFailed, MetricCatalog.activitiesFailed),
        (.activityAttemptFailed, MetricCatalog.activityAttemptsFailed),
        (.signalReceived, MetricCatalog.signalsReceived),
        (.timerFired, MetricCatalog.timersFired),
        (.assigned, MetricCatalog.workflowTasksAssigned),
        (.blocked, MetricCatalog.workflowsBlocked),
    ]

    /// A batch was committed.
    ///
    /// - Parameters:
    ///   - batch: what is in the store now.
    ///   - duration: how long the commit took; `nil` when it was none of the database.
    func committed(_ batch: [Commit], in duration: Duration?) {
        let tally = CommitTally(batch)
        commits.increment(by: Int64(1))
        journalEntries.add(tally.entries)
        for (kind, counter) in entryCounters { counter.add(tally[kind]) }
        workflowsStarted.add(tally.started)
        workflowsContinued.add(tally.continued)
        for (state, count) in tally.closed { workflowsClosed[state]?.add(count) }
        for (reason, count) in tally.ended { leasesEnded[reason]?.add(count) }
        for duration in tally.workflowDurations { workflowDuration.record(duration) }
        for duration in tally.attemptDurations { activityAttemptDuration.record(duration) }
        guard let duration else { return }
        commitDuration.record(duration)
        commitEntries.record(Int64(tally.entries))
    }

    /// The database wrote a transaction and synced it.
    package func synced(in duration: Duration) {
        syncDuration.record(duration)
    }

    /// Ended runs were deleted because they were kept no longer.
    func expired(_ count: Int) {
        workflowsExpired.add(count)
    }

    /// Tasks were given to workers.
    ///
    /// - Parameters:
    ///   - requests: what waited.
    ///   - now: when it was given.
    func assigned(_ requests: [TaskScheduler.Request], at now: Timestamp) {
        for request in requests {
            guard let since = request.since else { continue }
            let wait = Duration.milliseconds(max(0, now.rawValue - since.rawValue))
            switch request.resource {
            case .workflow: workflowWait.record(wait)
            case .activity: activityWait.record(wait)
            }
        }
    }
}

extension MetricDefinition {
    /// A series of the family, as instruments are named.
    package func dimensions(_ value: String?) -> [(String, String)] {
        if let label, let value { [(label.name, value)] } else { [] }
    }
}

extension Counter {
    fileprivate func add(_ count: Int) {
        if count > 0 { increment(by: Int64(count)) }
    }
}

extension Timer {
    fileprivate func record(_ duration: Duration) {
        recordNanoseconds(duration.nanoseconds)
    }
}

extension Duration {
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
        if overflow { return .max }
        return whole.addingReportingOverflow(attoseconds / Self.nanosecondsPerSecond).partialValue
    }
}
