/// How long ended workflows are kept, by how they ended. What is not set is kept for ever.
package struct RetentionPolicy: Sendable, Hashable {
    package struct Limit: Sendable, Hashable {
        /// How long a workflow is kept after its end.
        package var age: Duration?
        /// How much the journals of all of them may take, in bytes.
        package var bytes: Int?

        package init(age: Duration? = nil, bytes: Int? = nil) {
            self.age = age
            self.bytes = bytes
        }
    }

    private var limits: [WorkflowState: Limit] = [:]

    package init() {}

    package subscript(state: WorkflowState) -> Limit {
        get { limits[state] ?? Limit() }
        set { limits[state] = newValue == Limit() || !state.isTerminal ? nil : newValue }
    }

    /// Whether everything is kept for ever.
    package var isEmpty: Bool { limits.isEmpty }
}
