/// The names of what spans carry: those of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/registry/attributes/)
/// where it has some, else `aether.…`. docs/tracing.md says what each means.
package enum SpanKey {
    package static let activityName = "aether.activity.name"
    package static let attempt = "aether.attempt"
    package static let attempts = "aether.attempts"
    package static let continuedCount = "aether.workflow.continued_count"
    package static let errorType = "error.type"
    package static let exceptionMessage = "exception.message"
    package static let exceptionType = "exception.type"
    package static let parentID = "aether.workflow.parent_id"
    package static let serviceInstanceID = "service.instance.id"
    package static let serviceName = "service.name"
    package static let serviceVersion = "service.version"
    package static let signalName = "aether.signal.name"
    package static let stepName = "aether.step.name"
    package static let taskKind = "aether.task.kind"
    package static let tier = "aether.tier"
    package static let workerID = "aether.worker.id"
    package static let workflowID = "aether.workflow.id"
    package static let workflowState = "aether.workflow.state"
    package static let workflowType = "aether.workflow.type"
}
