package import AetherJSON

extension Aether_V1_WorkflowResult {
    /// The document of `aether workflow start --wait --json`.
    package func json(id: String) -> JSONValue {
        .object([
            "id": .string(id),
            "state": .string(state.name),
            "result": state == .completed ? JSONValue(payload: result) : .null,
            "error": .textOrNull(errorLine),
            "failure": hasFailure ? failure.json : .null,
        ])
    }

    /// Why the workflow did not complete; empty when it did.
    package var errorLine: String { hasFailure ? failure.line : error }
}
