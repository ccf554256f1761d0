internal import AetherJSON
internal import AetherRuntime

/// Spans as the JSON form of OTLP's `ExportTraceServiceRequest` (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding):
/// ids are hexadecimal, 64-bit numbers are texts.
struct OTLPMessage {
    var resource: [SpanRecord.Attribute]
    /// What made the spans, and its version.
    var scope: (name: String, version: String)
    var spans: [SpanRecord]

    var text: String { json.text }

    private var json: JSONValue {
        .object([
            "resourceSpans": .array([
                .object([
                    "resource": .object(["attributes": Self.attributes(resource)]),
                    "scopeSpans": .array([
                        .object([
                            "scope": .object(["name": .string(scope.name), "version": .string(scope.version)]),
                            "spans": .array(spans.map { Self.span($0) }),
                        ])
                    ]),
                ])
            ])
        ])
    }

    private static func span(_ span: SpanRecord) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "traceId", value: .string("\(span.context.traceID)")),
            .init(name: "spanId", value: .string(TraceContext.hexadecimal(span.context.spanID))),
        ]
        func add(_ name: String, _ value: JSONValue) { members.append(.init(name: name, value: value)) }
        if !span.context.state.isEmpty { add("traceState", .string(span.context.state)) }
        if span.parentID != 0 { add("parentSpanId", .string(TraceContext.hexadecimal(span.parentID))) }
        add("flags", .integer((span.context.isSampled ? 1 : 0) | (span.context.isRandom ? 2 : 0)))
        add("name", .string(span.name))
        add("kind", .integer(span.kind.rawValue))
        add("startTimeUnixNano", .string("\(span.start)"))
        add("endTimeUnixNano", .string("\(span.end)"))
        if !span.attributes.isEmpty { add("attributes", attributes(span.attributes)) }
        if !span.events.isEmpty { add("events", .array(span.events.map { event($0) })) }
        if !span.links.isEmpty { add("links", .array(span.links.map { link($0) })) }
        switch span.status {
        case .unset: break
        case .ok: add("status", .object(["code": .integer(1)]))
        case .error(let message): add("status", .object(["code": .integer(2), "message": .string(message)]))
        }
        return .object(members)
    }

    private static func event(_ event: SpanRecord.Event) -> JSONValue {
        .object([
            "timeUnixNano": .string("\(event.time)"), "name": .string(event.name),
            "attributes": attributes(event.attributes),
        ])
    }

    private static func link(_ link: SpanRecord.Link) -> JSONValue {
        .object([
            "traceId": .string("\(link.context.traceID)"),
            "spanId": .string(TraceContext.hexadecimal(link.context.spanID)),
            "traceState": .string(link.context.state), "attributes": attributes(link.attributes),
        ])
    }

    private static func attributes(_ attributes: [SpanRecord.Attribute]) -> JSONValue {
        .array(attributes.map { .object(["key": .string($0.name), "value": value($0.value)]) })
    }

    private static func value(_ value: SpanRecord.Value) -> JSONValue {
        switch value {
        case .string(let text): .object(["stringValue": .string(text)])
        case .integer(let number): .object(["intValue": .string("\(number)")])
        // JSON has no word for what is no number; protobuf's JSON form has these texts.
        case .double(let number) where number.isNaN: .object(["doubleValue": .string("NaN")])
        case .double(let number) where number.isInfinite:
            .object(["doubleValue": .string(number < 0 ? "-Infinity" : "Infinity")])
        case .double(let number): .object(["doubleValue": .number("\(number)")])
        case .boolean(let isTrue): .object(["boolValue": .bool(isTrue)])
        case .array(let values): .object(["arrayValue": .object(["values": .array(values.map { self.value($0) })])])
        }
    }
}
