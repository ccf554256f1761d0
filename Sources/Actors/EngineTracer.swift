package import AetherRuntime

/// Makes spans of what the engine does; there is none where nobody collects them.
///
/// A run's span begins with the run and is told of when that has ended, perhaps by another server, so its id is derived from
/// the run's seed. Its parent, what started the run, is in the journal.
package struct EngineTracer: Sendable {
    /// Of traces that begin here, how many are recorded: 0 to 1.
    private let sampleRatio: Double
    /// Nanoseconds since 1970-01-01 UTC.
    private let now: @Sendable () -> UInt64
    private let random: @Sendable () -> UInt64
    /// Takes spans that have ended; never waits.
    private let record: @Sendable (SpanRecord) -> Void

    package init(
        sampleRatio: Double, now: @escaping @Sendable () -> UInt64, random: @escaping @Sendable () -> UInt64,
        record: @escaping @Sendable (SpanRecord) -> Void
    ) {
        self.sampleRatio = sampleRatio
        self.now = now
        self.random = random
        self.record = record
    }

    /// A span that is under way.
    struct Beginning: Sendable {
        var context: TraceContext
        var parentID: UInt64
        var start: UInt64
    }

    /// Begins a span that others are to be part of. Without a parent it is the first of a new trace.
    func begin(_ parent: TraceContext?) -> Beginning {
        let context =
            parent?.span(randomID())
            ?? TraceContext(
                traceID: .init(high: randomID(), low: randomID()), spanID: randomID(), isSampled: isInSample(),
                isRandom: true)
        return Beginning(context: context, parentID: parent?.spanID ?? 0, start: now())
    }

    /// Tells of a span that has ended. The attributes are not asked for where nobody hears of it.
    func end(
        _ beginning: Beginning, _ name: String, error: EngineError?, _ attributes: () -> [SpanRecord.Attribute]
    ) {
        guard beginning.context.isSampled else { return }
        var span = SpanRecord(
            name: name, kind: .server, context: beginning.context, parentID: beginning.parentID,
            start: beginning.start, end: now(), attributes: attributes())
        if let error {
            span.status = .error(error.message)
            span.attributes.append(.init(SpanKey.errorType, .string("\(error.code)")))
        }
        record(span)
    }

    /// A task was given to a worker.
    func given(_ assignment: TaskScheduler.Assignment, of start: WorkflowStart) {
        guard let trace = start.trace, trace.isSampled, let since = assignment.request.since else { return }
        let name: String
        var attributes = [
            SpanRecord.Attribute(SpanKey.workflowID, .string(assignment.request.subject.workflow.rawValue)),
            SpanRecord.Attribute(SpanKey.workflowType, .string(start.type)),
            SpanRecord.Attribute(SpanKey.workerID, .string(assignment.worker.id)),
        ]
        if case .activity(let activity, _) = assignment.request.resource {
            name = activity
            attributes.append(.init(SpanKey.taskKind, .string("activity")))
            attributes.append(.init(SpanKey.activityName, .string(name)))
        } else {
            name = start.type
            attributes.append(.init(SpanKey.taskKind, .string("workflow")))
        }
        record(
            SpanRecord(
                name: "task \(name)", kind: .internal, context: trace.span(randomID()),
                parentID: trace.ofRun(seed: start.seed).spanID, start: since.nanoseconds, end: now(),
                attributes: attributes))
    }

    /// A run has ended, or goes on as a new one.
    func ended(_ run: EndedRun) {
        guard let trace = run.start.trace, trace.isSampled else { return }
        let start = run.start
        var attributes = [
            SpanRecord.Attribute(SpanKey.workflowID, .string(run.id.rawValue)),
            SpanRecord.Attribute(SpanKey.workflowType, .string(start.type)),
            SpanRecord.Attribute(SpanKey.workflowState, .string(run.outcome?.state.name ?? "CONTINUED")),
            SpanRecord.Attribute(SpanKey.tier, .string(start.tier.name)),
            SpanRecord.Attribute(SpanKey.attempts, .integer(Int64(clamping: run.attempts))),
        ]
        if let parent = start.parent { attributes.append(.init(SpanKey.parentID, .string(parent.workflow.rawValue))) }
        if let continuation = start.continuation {
            attributes.append(.init(SpanKey.continuedCount, .integer(Int64(clamping: continuation.count))))
        }
        var span = SpanRecord(
            name: "run \(start.type)", kind: .internal, context: trace.ofRun(seed: start.seed), parentID: trace.spanID,
            start: run.createdAt.nanoseconds, end: now(), attributes: attributes)
        if case .failed(let failure) = run.outcome {
            span.status = .error(failure.description)
            if !failure.type.isEmpty { span.attributes.append(.init(SpanKey.errorType, .string(failure.type))) }
        }
        record(span)
    }

    private func randomID() -> UInt64 { max(1, random()) }

    private func isInSample() -> Bool {
        // 53 bits are what a Double has.
        sampleRatio > 0 && Double(random() >> 11) / Double(UInt64(1) << 53) < sampleRatio
    }
}

/// A run that has ended, or goes on as a new one.
struct EndedRun: Sendable {
    var id: WorkflowID
    var start: WorkflowStart
    var createdAt: Timestamp
    /// How often the run was given to a worker.
    var attempts: UInt64
    /// `nil` when it goes on as a new one.
    var outcome: WorkflowOutcome?
}

extension Timestamp {
    /// Nanoseconds since 1970-01-01 UTC.
    fileprivate var nanoseconds: UInt64 {
        let (product, overflow) = UInt64(clamping: rawValue).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : product
    }
}
