package import AetherRuntime
internal import Foundation
public import Logging
public import ServiceLifecycle
public import Tracing

/// A tracer that sends spans to an OpenTelemetry collector, by OTLP/HTTP in JSON.
///
/// ```swift
/// let tracer = try OTLPTracer(serviceName: "shop", endpoint: "http://localhost:4318")
/// InstrumentationSystem.bootstrap(tracer)
/// try await tracer.exporting { try await client.serve([order]) }
/// ```
///
/// Traces are carried on by the headers `traceparent` and `tracestate` of W3C Trace Context. Spans are sent in batches, at the
/// latest after five seconds; whoever makes spans never waits for the collector. While it is away, batches are tried again for a
/// minute, and when 8,192 spans wait, new ones are dropped, which is logged.
public struct OTLPTracer: Tracer, Service {
    public typealias Span = OTLPSpan

    private let exporter: SpanExporter?
    private let sampleRatio: Double
    private let record: @Sendable (SpanRecord) -> Void

    /// Makes a tracer; nothing is sent before ``run()`` or ``exporting(_:)``.
    ///
    /// - Parameters:
    ///   - serviceName: what spans say they are of.
    ///   - endpoint: the collector's base URL, `http://…` or `https://…`; by default that of the environment variable
    ///     `OTEL_EXPORTER_OTLP_ENDPOINT`, else `http://localhost:4318`.
    ///   - sampleRatio: of traces that begin here, how many are recorded: 0 to 1. One that began elsewhere is recorded if it is
    ///     there.
    ///   - serviceVersion: of the program; by default none.
    ///   - logger: hears of spans that are dropped.
    /// - Throws: ``OTLPError`` when the endpoint is no URL of a collector.
    public init(
        serviceName: String, endpoint: String? = nil, sampleRatio: Double = 1, serviceVersion: String? = nil,
        logger: Logger = Logger(label: "tracing")
    ) throws(OTLPError) {
        let environment = ProcessInfo.processInfo.environment
        var resource = [
            SpanRecord.Attribute(SpanKey.serviceName, .string(serviceName)),
            SpanRecord.Attribute(SpanKey.serviceInstanceID, .string(UUID().uuidString.lowercased())),
        ]
        if let serviceVersion { resource.append(.init(SpanKey.serviceVersion, .string(serviceVersion))) }
        var configuration = SpanExporter.Configuration(
            endpoint: try OTLPEndpoint(
                endpoint ?? environment[OTLPEnvironment.endpoint] ?? OTLPEnvironment.standardEndpoint),
            resource: resource, version: serviceVersion ?? "")
        configuration.headers = OTLPEnvironment.headers(environment)
        if let interval = OTLPEnvironment.interval(environment) { configuration.interval = interval }
        self.init(
            exporter: try SpanExporter(configuration, logger: logger), sampleRatio: min(max(0, sampleRatio), 1))
    }

    private init(exporter: SpanExporter, sampleRatio: Double) {
        self.exporter = exporter
        self.sampleRatio = sampleRatio
        record = { exporter.record($0) }
    }

    /// A tracer whose spans somebody takes, as they end.
    package init(sampleRatio: Double = 1, record: @escaping @Sendable (SpanRecord) -> Void) {
        exporter = nil
        self.sampleRatio = sampleRatio
        self.record = record
    }

    /// Sends spans until a graceful shutdown, or until the task is cancelled; then what is left, for two seconds at most.
    public func run() async {
        guard let exporter else { return }
        await withGracefulShutdownHandler {
            await exporter.run()
        } onGracefulShutdown: {
            exporter.finish()
        }
    }

    /// Sends spans while a body runs, and then what is left, for two seconds at most.
    ///
    /// - Parameter body: what makes spans.
    /// - Returns: what the body returned.
    /// - Throws: what the body throws.
    public func exporting<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        // Finished and awaited below. Not a child: what a cancelled body leaves is sent too.
        let sending = Task { [exporter] in await exporter?.run() }
        do {
            let result = try await body()
            exporter?.finish()
            await sending.value
            return result
        } catch {
            exporter?.finish()
            await sending.value
            throw error
        }
    }

    /// Begins a span: of the trace of the context, or the first of a new one.
    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> OTLPSpan {
        var context = context()
        let parent = context.trace
        let trace =
            parent?.span(Self.randomID())
            ?? TraceContext(
                traceID: .init(high: Self.randomID(), low: Self.randomID()), spanID: Self.randomID(),
                isSampled: sampleRatio > 0 && Double.random(in: 0..<1) < sampleRatio, isRandom: true)
        context.trace = trace
        return OTLPSpan(
            operationName, kind: SpanRecord.Kind(kind), context: context, trace: trace, parentID: parent?.spanID ?? 0,
            start: instant().nanosecondsSinceEpoch, record: record)
    }

    private static func randomID() -> UInt64 { .random(in: 1 ... .max) }

    /// Does nothing: batches go by themselves.
    public func forceFlush() {}

    // MARK: W3C Trace Context

    /// Writes `traceparent` and `tracestate`.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.trace else { return }
        injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
        if !trace.state.isEmpty { injector.inject(trace.state, forKey: "tracestate", into: &carrier) }
    }

    /// Reads `traceparent` and `tracestate`.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let parent = extractor.extract(key: "traceparent", from: carrier) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier) ?? ""
        if let trace = TraceContext(traceparent: parent, tracestate: state) { context.trace = trace }
    }
}

extension SpanRecord.Kind {
    fileprivate init(_ kind: SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        case .internal: self = .internal
        }
    }
}
