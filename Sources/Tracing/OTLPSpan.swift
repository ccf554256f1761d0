internal import AetherRuntime
internal import Synchronization
public import Tracing

/// A span of an ``OTLPTracer``. It is sent when it has ended, if its trace is sampled.
public final class OTLPSpan: Span {
    /// What a span may have, so that none is too large for a collector.
    private static let maximumEvents = 128
    private static let maximumLinks = 128
    private static let maximumAttributes = 128

    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var events: [SpanRecord.Event] = []
        var links: [SpanRecord.Link] = []
        var status = SpanRecord.Status.unset
        var hasEnded = false
    }

    public let context: ServiceContext
    /// Whether anything is kept of it: while it has not ended, if its trace is sampled.
    public var isRecording: Bool { trace.isSampled && !state.withLock { $0.hasEnded } }

    private let trace: TraceContext
    private let kind: SpanRecord.Kind
    private let parentID: UInt64
    private let start: UInt64
    private let record: @Sendable (SpanRecord) -> Void
    private let state: Mutex<State>

    init(
        _ name: String, kind: SpanRecord.Kind, context: ServiceContext, trace: TraceContext, parentID: UInt64,
        start: UInt64, record: @escaping @Sendable (SpanRecord) -> Void
    ) {
        self.context = context
        self.trace = trace
        self.kind = kind
        self.parentID = parentID
        self.start = start
        self.record = record
        state = Mutex(State(name: name))
    }

    public var operationName: String {
        get { state.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { change { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) {
        change { state in
            switch status.code {
            case .ok: state.status = .ok
            // What an error said of itself stays.
            case .error:
                if case .error = state.status, status.message == nil { return }
                state.status = .error(status.message ?? "")
            }
        }
    }

    public func addEvent(_ event: SpanEvent) {
        change { state in
            guard state.events.count < Self.maximumEvents else { return }
            state.events.append(
                SpanRecord.Event(
                    name: event.name, time: event.nanosecondsSinceEpoch,
                    attributes: [SpanRecord.Attribute](event.attributes)))
        }
    }

    /// Adds an event `exception`, and makes the status an error with what the error says.
    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var all = attributes
        all[SpanKey.exceptionType] = String(describing: type(of: error))
        all[SpanKey.exceptionMessage] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: all))
        change { $0.status = .error("\(error)") }
    }

    public func addLink(_ link: SpanLink) {
        guard let trace = link.context.trace else { return }
        change { state in
            guard state.links.count < Self.maximumLinks else { return }
            state.links.append(
                SpanRecord.Link(context: trace, attributes: [SpanRecord.Attribute](link.attributes)))
        }
    }

    /// Ends the span. Ending it again does nothing.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard let ended, trace.isSampled else { return }
        var span = SpanRecord(
            name: ended.name, kind: kind, context: trace, parentID: parentID, start: start,
            end: instant().nanosecondsSinceEpoch,
            attributes: Array([SpanRecord.Attribute](ended.attributes).prefix(Self.maximumAttributes)))
        span.events = ended.events
        span.links = ended.links
        span.status = ended.status
        record(span)
    }

    private func change(_ change: (inout State) -> Void) {
        guard trace.isSampled else { return }
        state.withLock { state in
            if !state.hasEnded { change(&state) }
        }
    }
}

extension [SpanRecord.Attribute] {
    fileprivate init(_ attributes: SpanAttributes) {
        self = []
        reserveCapacity(attributes.count)
        attributes.forEach { name, value in append(SpanRecord.Attribute(name, SpanRecord.Value(value))) }
        sort { $0.name < $1.name }
    }
}

extension SpanRecord.Value {
    fileprivate init(_ attribute: SpanAttribute) {
        switch attribute {
        case .string(let text): self = .string(text)
        case .stringConvertible(let value): self = .string(value.description)
        case .int32(let number): self = .integer(Int64(number))
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .double(number)
        case .bool(let isTrue): self = .boolean(isTrue)
        case .stringArray(let texts): self = .array(texts.map { .string($0) })
        case .stringConvertibleArray(let values): self = .array(values.map { .string($0.description) })
        case .int32Array(let numbers): self = .array(numbers.map { .integer(Int64($0)) })
        case .int64Array(let numbers): self = .array(numbers.map { .integer($0) })
        case .doubleArray(let numbers): self = .array(numbers.map { .double($0) })
        case .boolArray(let values): self = .array(values.map { .boolean($0) })
        default: self = .string("")
        }
    }
}
