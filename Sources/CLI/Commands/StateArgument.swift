internal import AetherRuntime
internal import ArgumentParser

/// A workflow state as people type it, in any case.
struct StateArgument: ExpressibleByArgument {
    var state: WorkflowState

    init?(argument: String) {
        guard let state = WorkflowState(name: argument) else { return nil }
        self.state = state
    }

    static var allValueStrings: [String] { WorkflowState.allCases.map(\.name) }
}
