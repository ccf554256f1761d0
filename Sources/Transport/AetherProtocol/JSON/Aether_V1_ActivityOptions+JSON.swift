package import AetherJSON

extension Aether_V1_ActivityOptions {
    /// How an activity is to be done; 0 is no limit.
    package var json: JSONValue {
        .object([
            "service": .textOrNull(service),
            "retry": retry.json,
            "startToCloseMilliseconds": .integer(startToCloseMilliseconds),
            "scheduleToCloseMilliseconds": .integer(scheduleToCloseMilliseconds),
            "heartbeatMilliseconds": .integer(heartbeatMilliseconds),
            "cancellation": .string(cancellation.name),
        ])
    }
}

extension Aether_V1_Retry {
    fileprivate var json: JSONValue {
        .object([
            "initialMilliseconds": .integer(initialMilliseconds),
            "factor": .decimal(factor),
            "maximumMilliseconds": .integer(maximumMilliseconds),
            "attempts": .integer(attempts),
            "jitter": .decimal(jitter),
            "nonRetryableTypes": .array(nonRetryableTypes.map { .string($0) }),
        ])
    }
}

extension Aether_V1_ActivityCancellation {
    fileprivate var name: String {
        switch self {
        case .try: "TRY"
        case .wait: "WAIT"
        case .abandon: "ABANDON"
        case .UNRECOGNIZED: "CANCELLATION_\(rawValue)"
        }
    }
}

extension JSONValue {
    /// JSON has no infinity and no not-a-number.
    fileprivate static func decimal(_ value: Double) -> JSONValue {
        value.isFinite ? .number("\(value)") : .null
    }
}
