public import AetherRuntime

/// How much the journals of the workflows take that have ended, by state: the sizes of their entries in bytes, as encoded.
public struct ClosedBytes: Sendable, Hashable {
    private var bytes: [WorkflowState: Int]

    public init(_ bytes: [WorkflowState: Int] = [:]) {
        self.bytes = bytes
    }

    /// 0 for states that are no end.
    public subscript(state: WorkflowState) -> Int {
        get { bytes[state, default: 0] }
        set { if state.isTerminal { bytes[state] = newValue == 0 ? nil : newValue } }
    }
}
