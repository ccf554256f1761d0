internal import AetherRuntime

/// Where in the workflow's code the current task is.
enum Scope {
    /// The path of the branch, as operation keys begin with it; empty at the top of the workflow. Child tasks inherit it.
    @TaskLocal static var path = ""

    /// The same, and inside of a step the step's key.
    static var current: String { StepContext.current?.key.rawValue ?? path }

    /// Runs one branch of `parallel`, `race` or `settled` in a scope of its own.
    ///
    /// - Parameters:
    ///   - index: which of the branches, from 0.
    ///   - operation: the key of the call that opened the scope.
    ///   - body: the branch.
    /// - Returns: what the branch returns.
    /// - Throws: what the branch throws.
    static func branch<Value: Sendable>(
        _ index: Int, of operation: OperationKey, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        try await $path.withValue("\(operation.rawValue)/\(index)") { try await body() }
    }
}
