package import AetherJSON
internal import AetherRuntime

extension Aether_V1_Failure {
    /// One line for people.
    package var line: String { Failure(self).description }

    /// `{message, type, step, nonRetryable}`.
    package var json: JSONValue {
        .object([
            "message": .string(message),
            "type": .textOrNull(type),
            "step": .textOrNull(step),
            "nonRetryable": .bool(nonRetryable),
        ])
    }
}
