internal import AetherRuntime

/// What is to happen once a decision is durable.
final class Consequences: Sendable {
    let workflow: WorkflowActor
    /// That of the run as it was before the decision.
    let seed: UInt64
    /// But for those that ask something of the scheduler.
    let effects: [Effect]
    /// What the scheduler is asked.
    let requests: [TaskScheduler.Request]
    /// For the effect `dispatch`: the task to send.
    let assignment: TaskAssignment?
    /// Whether the run asked to be woken, and has ended: nobody need do that any more.
    let forgetsWake: Bool
    /// The run is to leave memory, unless something happened to it meanwhile.
    let retirement: Retirement?
    /// The run that has ended with the decision, if it is part of a trace that is recorded.
    let endedRun: EndedRun?

    struct Retirement: Sendable {
        /// Counts the times that the run was to leave memory.
        var number: UInt64
        /// When it has to be woken.
        var wakeAt: Timestamp?
    }

    init(
        of workflow: WorkflowActor, seed: UInt64, effects: [Effect], requests: [TaskScheduler.Request] = [],
        assignment: TaskAssignment? = nil, forgetsWake: Bool = false, retirement: Retirement? = nil,
        endedRun: EndedRun? = nil
    ) {
        self.workflow = workflow
        self.seed = seed
        self.effects = requests.isEmpty ? effects : effects.filter { !$0.asksScheduler }
        self.requests = requests
        self.assignment = assignment
        self.forgetsWake = forgetsWake
        self.retirement = retirement
        self.endedRun = endedRun
    }

    /// The same for a decision of which the scheduler is asked already; `nil` when nothing is left.
    var withoutRequests: Consequences? {
        if requests.isEmpty { return self }
        if effects.isEmpty, !forgetsWake, retirement == nil, endedRun == nil { return nil }
        return Consequences(
            of: workflow, seed: seed, effects: effects, assignment: assignment, forgetsWake: forgetsWake,
            retirement: retirement, endedRun: endedRun)
    }

    func task(_ lease: WorkflowExecution.Lease) -> TaskID {
        TaskID(workflow: workflow.id, epoch: lease.epoch, incarnation: workflow.start.incarnation)
    }

    func task(_ lease: ActivityLease) -> TaskID {
        TaskID(
            workflow: workflow.id, activity: lease.key, epoch: UInt64(lease.attempt),
            incarnation: workflow.start.incarnation)
    }
}

extension Effect {
    fileprivate var asksScheduler: Bool {
        switch self {
        case .schedule, .scheduleAnew, .scheduleActivity: true
        default: false
        }
    }
}
