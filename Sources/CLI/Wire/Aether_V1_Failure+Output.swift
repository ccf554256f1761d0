internal import AetherProtocol
internal import AetherRuntime

extension Aether_V1_Failure {
    /// One line for people.
    var line: String { Failure(self).description }

    /// `{message, type, step, nonRetryable}`.
    var json: JSONValue {
        .object([
            "message": .string(message),
            "type": .textOrNull(type),
            "step": .textOrNull(step),
            "nonRetryable": .bool(nonRetryable),
        ])
    }
}
