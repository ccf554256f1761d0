internal import AetherRuntime

extension Aether_V1_State {
    /// `PENDING`, `RUNNING`, …; a number for what a newer server added.
    package var name: String { WorkflowState(self)?.name ?? "STATE_\(rawValue)" }
}
