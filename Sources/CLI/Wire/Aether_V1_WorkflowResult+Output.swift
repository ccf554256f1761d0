internal import AetherProtocol

extension Aether_V1_WorkflowResult {
    /// The document of `aether workflow start --wait --json`.
    func json(id: String) -> JSONValue {
        .object([
            "id": .string(id),
            "state": .string(state.name),
            "result": state == .completed ? JSONValue(payload: result) : .null,
            "error": .textOrNull(errorLine),
            "failure": hasFailure ? failure.json : .null,
        ])
    }

    /// Why the workflow did not complete; empty when it did.
    var errorLine: String { hasFailure ? failure.line : error }
}
