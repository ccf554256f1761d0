internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage

extension Aether_V1_WorkflowInfo {
    init(_ summary: WorkflowSummary) {
        self.init()
        workflowID = summary.id.rawValue
        workflowType = summary.type
        state = Aether_V1_State(summary.state)
        startedAt = summary.startedAt?.rawValue ?? 0
        completedAt = summary.completedAt?.rawValue ?? 0
        createdAt = summary.createdAt.rawValue
        tier = Aether_V1_Tier(summary.tier)
    }
}
