internal import AetherActors

/// Metrics in Prometheus' text format, version 0.0.4
/// (https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md).
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    init(_ families: [MetricFamily]) {
        for family in families { add(family) }
    }

    private mutating func add(_ family: MetricFamily) {
        let definition = family.definition
        text += "# HELP \(definition.name) \(Self.escaped(definition.help, quotes: false))\n"
        text += "# TYPE \(definition.name) \(definition.kind.typeName)\n"
        for series in family.series {
            let labels = definition.dimensions(series.label)
            switch series.value {
            case .integer(let value): sample(definition.name, labels, "\(value)")
            case .number(let value): sample(definition.name, labels, Self.number(value))
            case .histogram(let histogram): add(histogram, definition.name, labels)
            }
        }
    }

    private mutating func add(_ histogram: HistogramSnapshot, _ name: String, _ labels: [(String, String)]) {
        var below: Int64 = 0
        for (count, bound) in zip(histogram.counts, histogram.bounds + [.infinity]) {
            below += count
            sample(name + "_bucket", labels + [("le", Self.number(bound))], "\(below)")
        }
        sample(name + "_sum", labels, Self.number(histogram.sum))
        sample(name + "_count", labels, "\(below)")
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let pairs = labels.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",")
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    /// Without a fraction where there is none, as the format's own libraries write them.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

extension MetricDefinition.Kind {
    fileprivate var typeName: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
