package import AetherJSON

extension Aether_V1_WorkflowStatus {
    /// The document of `aether status --json`.
    package var json: JSONValue {
        .object([
            "id": .string(workflowID),
            "type": .string(workflowType),
            "state": .string(state.name),
            "tier": .textOrNull(tier.name),
            "createdAt": .instant(createdAt),
            "startedAt": .instant(startedAt),
            "completedAt": .instant(completedAt),
            "currentStep": .textOrNull(currentStep),
            "worker": .textOrNull(workerID),
            "attempts": .integer(attempt),
            "reason": .textOrNull(reason),
            "cancelRequested": .bool(cancelRequested),
            "result": state == .completed ? JSONValue(payload: result) : .null,
            "error": .textOrNull(errorLine),
            "failure": hasFailure ? failure.json : .null,
            "parent": .textOrNull(parentID),
            "blockage": hasBlockage ? blockage.json : .null,
            "pending": .array(pending.map(\.json)),
        ])
    }

    /// Why the workflow failed; empty when it did not.
    package var errorLine: String { hasFailure ? failure.line : error }
}
