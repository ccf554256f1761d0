internal import AetherRuntime

/// A run that was just read from its store.
struct LoadedWorkflow: Sendable {
    let workflow: WorkflowActor
    /// The tasks that workers had then, says its journal. Those of later leases are this engine's own, and on their way.
    let tasks: [TaskID]
    /// What has to be seen to again, says its journal. What it decides from then on has effects of its own, once that is durable.
    let unfinished: [Effect]

    init(_ execution: WorkflowExecution, in lane: Engine.Lane, at now: Timestamp) {
        workflow = WorkflowActor(execution: execution, persistence: lane.persistence, readAt: now)
        tasks =
            (execution.lease.map { [execution.task($0)] } ?? []) + execution.activityLeases.map { execution.task($0) }
        unfinished = execution.unfinishedEffects
    }
}
