internal import Tracing

/// A trace on the wire: the two values of W3C Trace Context (https://www.w3.org/TR/trace-context/).
struct TraceCarrier: Sendable, Hashable {
    var traceparent = ""
    var tracestate = ""

    struct Writer: Injector {
        func inject(_ value: String, forKey key: String, into carrier: inout TraceCarrier) {
            switch key.lowercased() {
            case "traceparent": carrier.traceparent = value
            case "tracestate": carrier.tracestate = value
            default: break
            }
        }
    }

    struct Reader: Extractor {
        func extract(key: String, from carrier: TraceCarrier) -> String? {
            let value: String
            switch key.lowercased() {
            case "traceparent": value = carrier.traceparent
            case "tracestate": value = carrier.tracestate
            default: return nil
            }
            return value.isEmpty ? nil : value
        }
    }
}
