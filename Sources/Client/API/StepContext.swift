internal import AetherRuntime

/// What the code inside a step can learn about the step, wherever it is called from.
public struct StepContext: Sendable {
    /// The step that the current task runs; `nil` outside of steps.
    @TaskLocal public static var current: StepContext?

    let workflowID: String
    let key: OperationKey
    /// The step's name.
    public var name: String { key.name }
    /// The same for every execution of this step of this run, and of no other: give it to services that can tell a
    /// repeated request by it.
    public var idempotencyKey: String { "\(workflowID)/\(key)" }
    /// Counts the attempts that failed before, and this one: from 1. An attempt that a crash ended is not counted.
    public let attempt: Int
}
