internal import AetherRuntime

/// A workflow as the worker sees it: bytes in, bytes out.
protocol RegisteredWorkflow: Sendable {
    var name: String { get }
    /// The tier its runs ask for.
    var tier: PersistenceTier? { get }
    func execute(_ context: WorkflowContext, input: [UInt8]) async throws -> [UInt8]
}
