/// A span that has ended: one piece of work of a trace (https://opentelemetry.io/docs/specs/otel/trace/api/#span).
package struct SpanRecord: Sendable, Hashable {
    /// By OTLP's numbers.
    package enum Kind: UInt8, Sendable {
        case `internal` = 1
        case server = 2
        case client = 3
        case producer = 4
        case consumer = 5
    }

    package enum Value: Sendable, Hashable {
        case string(String)
        case integer(Int64)
        case double(Double)
        case boolean(Bool)
        case array([Value])
    }

    package struct Attribute: Sendable, Hashable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package struct Event: Sendable, Hashable {
        package var name: String
        package var time: UInt64
        package var attributes: [Attribute]

        package init(name: String, time: UInt64, attributes: [Attribute]) {
            self.name = name
            self.time = time
            self.attributes = attributes
        }
    }

    package struct Link: Sendable, Hashable {
        package var context: TraceContext
        package var attributes: [Attribute]

        package init(context: TraceContext, attributes: [Attribute] = []) {
            self.context = context
            self.attributes = attributes
        }
    }

    package enum Status: Sendable, Hashable {
        case unset
        case ok
        case error(String)
    }

    package var name: String
    package var kind: Kind
    /// The span itself.
    package var context: TraceContext
    /// The span it is a part of; 0 for the first of a trace.
    package var parentID: UInt64
    /// Nanoseconds since 1970-01-01 UTC.
    package var start: UInt64
    /// Nanoseconds since 1970-01-01 UTC.
    package var end: UInt64
    package var attributes: [Attribute]
    package var events: [Event] = []
    package var links: [Link] = []
    package var status = Status.unset

    package init(
        name: String, kind: Kind, context: TraceContext, parentID: UInt64, start: UInt64, end: UInt64,
        attributes: [Attribute] = []
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parentID = parentID
        self.start = start
        self.end = max(start, end)
        self.attributes = attributes
    }
}
