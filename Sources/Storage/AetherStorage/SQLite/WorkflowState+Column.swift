internal import AetherRuntime

extension WorkflowState {
    /// Reads a state as the database has it.
    init?(column value: Int64) {
        guard let raw = UInt8(exactly: value) else { return nil }
        self.init(rawValue: raw)
    }
}
