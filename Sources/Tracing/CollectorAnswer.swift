internal import AetherJSON

/// What a collector answered to a batch (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
struct CollectorAnswer: Sendable, Hashable {
    /// How long a collector may have us wait.
    private static let maximumPause = 60

    var status: Int
    /// The header `Retry-After`, in seconds; `nil` when there is none, or it is a date.
    var retryAfter: String?
    var body: [UInt8]

    enum Meaning: Hashable {
        /// With how many spans were rejected for good, and why.
        case taken(rejected: Int, reason: String)
        case tryAgain(after: Duration?)
        case refused
    }

    var meaning: Meaning {
        switch status {
        case 200..<300:
            guard let partial = partialSuccess else { return .taken(rejected: 0, reason: "") }
            return .taken(rejected: partial.rejected, reason: partial.reason)
        case 429, 502, 503, 504:
            let seconds = retryAfter.flatMap { Int($0) }.map { min(max(0, $0), Self.maximumPause) }
            return .tryAgain(after: seconds.map { .seconds($0) })
        default: return .refused
        }
    }

    private var partialSuccess: (rejected: Int, reason: String)? {
        guard !body.isEmpty, let json = try? JSONParser.parse(body), let partial = json["partialSuccess"] else {
            return nil
        }
        let rejected =
            switch partial["rejectedSpans"] {
            case .string(let text): Int(text) ?? 0
            case .number(let digits): Int(digits) ?? 0
            default: 0
            }
        guard case .string(let reason)? = partial["errorMessage"] else { return (rejected, "") }
        return (rejected, reason)
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
