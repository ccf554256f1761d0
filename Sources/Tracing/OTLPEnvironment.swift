internal import Foundation

/// What OpenTelemetry's environment variables say
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options).
package enum OTLPEnvironment {
    package static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let headers = "OTEL_EXPORTER_OTLP_HEADERS"
    private static let interval = "OTEL_BSP_SCHEDULE_DELAY"
    static let standardEndpoint = "http://localhost:4318"

    /// How long spans wait for others to go with; `nil` when it isn't said.
    package static func interval(_ environment: [String: String]) -> Duration? {
        environment[interval].flatMap { Int($0) }.flatMap { (1...3_600_000).contains($0) ? .milliseconds($0) : nil }
    }

    /// The headers that go with each batch, such as a key of the collector's: `name=value,name=value`, values percent-encoded.
    package static func headers(_ environment: [String: String]) -> [String: String] {
        var result: [String: String] = [:]
        for pair in (environment[headers] ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let name = parts[0].trimmed.lowercased()
            let value = String(parts[1].trimmed).removingPercentEncoding ?? String(parts[1].trimmed)
            // What is no header can't be sent as one.
            guard !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") }),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
            else { continue }
            result[name] = value
        }
        return result
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
