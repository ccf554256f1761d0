package import AetherProtocol
package import AetherRuntime

/// What a worker asks of the server, each as one call that is not repeated.
package protocol WorkerCalls: Sendable {
    func register(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse

    /// Takes tasks until the stream ends or breaks; then it throws.
    ///
    /// - Parameters:
    ///   - request: who takes how many.
    ///   - accepted: called once the server has taken the call.
    ///   - take: called for each task, in order.
    /// - Throws: why there are no more tasks.
    func pollTasks(
        _ request: Aether_V1_PollRequest, accepted: @escaping @Sendable () -> Void,
        take: @escaping @Sendable (Aether_V1_Task) -> Void
    ) async throws

    func advance(_ request: AdvanceRequest, timeout: Duration?) async throws -> AdvanceResponse
    func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws
    func heartbeat(_ request: Aether_V1_HeartbeatRequest, timeout: Duration?) async throws
        -> Aether_V1_HeartbeatResponse
}
