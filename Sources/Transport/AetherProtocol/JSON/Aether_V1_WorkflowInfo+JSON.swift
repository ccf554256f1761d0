package import AetherJSON

extension Aether_V1_WorkflowInfo {
    /// One line of `aether workflow list --json`.
    package var json: JSONValue {
        .object([
            "id": .string(workflowID),
            "type": .string(workflowType),
            "state": .string(state.name),
            "tier": .textOrNull(tier.name),
            "createdAt": .instant(createdAt),
            "startedAt": .instant(startedAt),
            "completedAt": .instant(completedAt),
        ])
    }
}
