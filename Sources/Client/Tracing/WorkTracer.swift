internal import Tracing

/// Makes spans of what this process does, by the tracer it has set up. Where it has set up none, nothing is made, or carried on.
struct WorkTracer: Sendable {
    private let tracer: any Tracer

    /// That of the current task, else that of the process.
    static var current: WorkTracer? {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : WorkTracer(tracer: tracer)
    }

    /// A call of the server, which is told of its span.
    func call<Result>(
        _ name: String, _ attributes: SpanAttributes, _ body: (TraceCarrier) async throws -> Result
    ) async throws -> Result {
        try await span(name, .producer, in: ServiceContext.current ?? .topLevel, attributes) { span in
            var carrier = TraceCarrier()
            tracer.inject(span.context, into: &carrier, using: TraceCarrier.Writer())
            return try await body(carrier)
        }
    }

    /// Work at a task of the server's.
    func task<Result>(
        _ name: String, of trace: TraceCarrier, _ attributes: SpanAttributes,
        _ body: (any Span) async throws -> Result
    ) async throws -> Result {
        var context = ServiceContext.topLevel
        tracer.extract(trace, into: &context, using: TraceCarrier.Reader())
        return try await span(name, .consumer, in: context, attributes, body)
    }

    /// A part of such work.
    func part<Result>(
        _ name: String, in context: ServiceContext, _ attributes: SpanAttributes, _ body: () async throws -> Result
    ) async throws -> Result {
        try await span(name, .internal, in: context, attributes) { _ in try await body() }
    }

    /// Not the tracer's own `withSpan`, whose isolation is that of an actor and not of a run's executor.
    private func span<Result>(
        _ name: String, _ kind: SpanKind, in context: ServiceContext, _ attributes: SpanAttributes,
        _ body: (any Span) async throws -> Result
    ) async throws -> Result {
        let span: any Span = tracer.startSpan(name, context: context, ofKind: kind)
        span.updateAttributes { $0.merge(attributes) }
        defer { span.end() }
        do {
            return try await ServiceContext.$current.withValue(span.context) { try await body(span) }
        } catch {
            span.recordError(error)
            span.setStatus(SpanStatus(code: .error))
            throw error
        }
    }
}
