package import AetherRuntime

/// Every metric of a server: all names, units, labels and bounds of buckets are in this file. docs/metrics.md explains them to people.
package enum MetricCatalog {
    // MARK: Workflows

    package static let workflowsStarted = MetricDefinition(
        "aether_workflows_started_total", .counter, "Workflows that were started, children included.")
    package static let workflowsContinued = MetricDefinition(
        "aether_workflows_continued_total", .counter, "Times that a workflow went on as new, with an empty journal.")
    package static let workflowsClosed = MetricDefinition(
        "aether_workflows_closed_total", .counter, by: endStates, "Workflows that ended, by the state they ended in.")
    package static let workflowDuration = MetricDefinition(
        "aether_workflow_duration_seconds",
        .histogram(bounds: [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600,
            86_400,
        ]),
        unit: .seconds, "Time from the creation of a workflow, or from when it last went on as new, to its end.")
    package static let workflowsExpired = MetricDefinition(
        "aether_workflows_expired_total", .counter, "Ended workflows deleted because they were kept no longer.")
    package static let workflowsBlocked = MetricDefinition(
        "aether_workflows_blocked_total", .counter,
        "Times that a workflow was blocked: its code does not fit its journal.")

    // MARK: What happens in them

    package static let stepsCompleted = MetricDefinition(
        "aether_steps_completed_total", .counter, "Steps that completed.")
    package static let stepsFailed = MetricDefinition(
        "aether_steps_failed_total", .counter, "Steps that failed and are not tried again.")
    package static let stepAttemptsFailed = MetricDefinition(
        "aether_step_attempts_failed_total", .counter, "Attempts at a step that failed and are followed by another one."
    )
    package static let activitiesCompleted = MetricDefinition(
        "aether_activities_completed_total", .counter, "Activities that completed.")
    package static let activitiesFailed = MetricDefinition(
        "aether_activities_failed_total", .counter, "Activities that failed and are not tried again.")
    package static let activityAttemptsFailed = MetricDefinition(
        "aether_activity_attempts_failed_total", .counter,
        "Attempts at an activity that failed and are followed by another one.")
    package static let activityAttemptDuration = MetricDefinition(
        "aether_activity_attempt_duration_seconds",
        .histogram(bounds: [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600,
        ]),
        unit: .seconds, "Time from giving an attempt at an activity to a worker to its end, whichever end that was.")
    package static let signalsReceived = MetricDefinition(
        "aether_signals_received_total", .counter, "Signals that workflows received.")
    package static let timersFired = MetricDefinition(
        "aether_timers_fired_total", .counter, "Timers that fired, the ends of waits for signals included.")

    // MARK: Workers and queues

    package static let workflowTasksAssigned = MetricDefinition(
        "aether_workflow_tasks_assigned_total", .counter, "Times that a workflow was given to a worker.")
    package static let leasesEnded = MetricDefinition(
        "aether_leases_ended_total", .counter,
        by: MetricDefinition.Label(name: "reason", values: LeaseEnd.allCases.map(value(of:))),
        "Times that a worker lost a workflow before its end, by the reason.")
    package static let queueWait = MetricDefinition(
        "aether_queue_wait_seconds",
        .histogram(bounds: [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800,
        ]),
        unit: .seconds, by: taskKinds, "Time that a task waited for a worker, by the kind of task.")
    package static let queueDepth = MetricDefinition(
        "aether_queue_depth", .gauge, by: taskKinds, "Tasks that wait for a worker, by the kind of task.")
    package static let workersConnected = MetricDefinition(
        "aether_workers_connected", .gauge, "Workers with an open task stream.")
    package static let workerCapacity = MetricDefinition(
        "aether_worker_task_capacity", .gauge, "Tasks that the connected workers take at once, together.")
    package static let workerTasksHeld = MetricDefinition(
        "aether_worker_tasks_held", .gauge,
        "Tasks that use the capacity of the connected workers; workflows that only wait are not among them.")

    // MARK: The journal

    package static let journalEntries = MetricDefinition(
        "aether_journal_entries_total", .counter, "Journal entries committed, at every tier.")
    package static let commits = MetricDefinition(
        "aether_commits_total", .counter, "Commits, of the database and of the memory tier.")
    package static let commitDuration = MetricDefinition(
        "aether_commit_duration_seconds", .histogram(bounds: commitBounds), unit: .seconds,
        "Time that a commit to the database took.")
    package static let commitEntries = MetricDefinition(
        "aether_commit_entries",
        .histogram(bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]), unit: .entries,
        "Journal entries in a commit to the database.")
    package static let syncDuration = MetricDefinition(
        "aether_sync_duration_seconds", .histogram(bounds: commitBounds), unit: .seconds,
        "Time in which the database wrote a transaction to its log and synced that to the disk.")

    // MARK: The state of the server

    package static let workflows = MetricDefinition(
        "aether_workflows", .gauge,
        by: MetricDefinition.Label(name: "state", values: WorkflowState.allCases.map(value(of:))),
        "Workflows there are, by state.")
    package static let workflowsInMemory = MetricDefinition(
        "aether_workflows_in_memory", .gauge, "Workflows in memory: all that are open, but for those that only wait.")
    package static let ready = MetricDefinition(
        "aether_ready", .gauge, "1 while the server takes work, 0 while it drains or can't write.")

    /// What tells the version of the server.
    package static func buildInfo(version: String) -> MetricDefinition {
        MetricDefinition(
            "aether_build_info", .gauge, by: MetricDefinition.Label(name: "version", values: [version]),
            "Always 1; the version is a label.")
    }

    // MARK: The process, under the names that all exporters use

    package static let cpuTime = MetricDefinition(
        "process_cpu_seconds_total", .counter, unit: .seconds, "Processor time of the process, user's and system's.")
    package static let residentMemory = MetricDefinition(
        "process_resident_memory_bytes", .gauge, unit: .bytes, "Memory of the process that is in RAM.")
    package static let openDescriptors = MetricDefinition(
        "process_open_fds", .gauge, "File descriptors that are open in the process.")
    package static let startTime = MetricDefinition(
        "process_start_time_seconds", .gauge, unit: .seconds, "When the process started, in seconds since 1970.")

    /// All of them, of a server of this version, in the order in which they are shown.
    package static func all(version: String) -> [MetricDefinition] {
        [
            workflows, workflowsInMemory, workflowsStarted, workflowsContinued, workflowsClosed, workflowDuration,
            workflowsExpired, workflowsBlocked, stepsCompleted, stepsFailed, stepAttemptsFailed, activitiesCompleted,
            activitiesFailed, activityAttemptsFailed, activityAttemptDuration, signalsReceived, timersFired,
            workflowTasksAssigned, leasesEnded, queueWait, queueDepth, workersConnected, workerCapacity,
            workerTasksHeld, journalEntries, commits, commitDuration, commitEntries, syncDuration, ready,
            buildInfo(version: version), cpuTime, residentMemory, openDescriptors, startTime,
        ]
    }

    // MARK: Labels

    private static let commitBounds = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ]
    private static let endStates = MetricDefinition.Label(
        name: "state", values: WorkflowState.allCases.filter(\.isTerminal).map(value(of:)))
    private static let taskKinds = MetricDefinition.Label(name: "kind", values: TaskKind.allCases.map(\.rawValue))

    /// The kinds of task, as a label has them.
    package enum TaskKind: String, CaseIterable, Sendable {
        case workflow
        case activity
    }

    package static func value(of state: WorkflowState) -> String { state.name.lowercased() }

    static func value(of reason: LeaseEnd) -> String {
        switch reason {
        case .workerGone: "worker_gone"
        case .notHeld: "not_held"
        case .returned: "returned"
        case .cancelled: "cancelled"
        case .evicted: "evicted"
        case .terminated: "terminated"
        }
    }
}
