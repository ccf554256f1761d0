internal import AetherActors
internal import AetherRuntime
internal import AetherStorage
internal import CoreMetrics

/// The gauges of how much there is of everything; they are set when somebody looks.
struct EngineGauges: Sendable {
    private let workflows: [(state: WorkflowState, meter: Meter)]
    private let workflowsInMemory: Meter
    private let workersConnected: Meter
    private let workerCapacity: Meter
    private let workerTasksHeld: Meter
    private let workflowQueue: Meter
    private let activityQueue: Meter
    private let ready: Meter

    init(factory: any MetricsFactory) {
        func meter(_ definition: MetricDefinition, _ value: String? = nil) -> Meter {
            Meter(label: definition.name, dimensions: definition.dimensions(value), factory: factory)
        }
        workflows = WorkflowState.allCases.map { ($0, meter(MetricCatalog.workflows, MetricCatalog.value(of: $0))) }
        workflowsInMemory = meter(MetricCatalog.workflowsInMemory)
        workersConnected = meter(MetricCatalog.workersConnected)
        workerCapacity = meter(MetricCatalog.workerCapacity)
        workerTasksHeld = meter(MetricCatalog.workerTasksHeld)
        workflowQueue = meter(MetricCatalog.queueDepth, MetricCatalog.TaskKind.workflow.rawValue)
        activityQueue = meter(MetricCatalog.queueDepth, MetricCatalog.TaskKind.activity.rawValue)
        ready = meter(MetricCatalog.ready)
    }

    func set(_ metrics: Engine.Metrics) {
        for (state, meter) in workflows { meter.set(metrics.workflows[state]) }
        workflowsInMemory.set(metrics.activeRuns)
        workersConnected.set(metrics.connectedWorkers)
        workerCapacity.set(metrics.capacity)
        workerTasksHeld.set(metrics.held)
        workflowQueue.set(metrics.queued.workflows)
        activityQueue.set(metrics.queued.activities)
        ready.set(metrics.unavailability == nil ? 1 : 0)
    }
}
