package import AetherProtocol

/// What a process asks of the server, each as one call that is not repeated.
package protocol ServerCalls: WorkerCalls {
    /// - Returns: the run's id.
    func startWorkflow(_ request: Aether_V1_StartWorkflowRequest) async throws -> String
    func getWorkflowStatus(_ request: Aether_V1_GetStatusRequest) async throws -> Aether_V1_WorkflowStatus
    /// Waits for the end of a run, for as long as the connection lasts.
    func awaitResult(of id: String) async throws -> Aether_V1_WorkflowResult
    func cancelWorkflow(_ request: Aether_V1_CancelRequest) async throws
    func terminateWorkflow(_ request: Aether_V1_TerminateRequest) async throws
    func signalWorkflow(_ request: Aether_V1_SignalRequest) async throws
    func getValue(_ request: Aether_V1_GetValueRequest) async throws -> Aether_V1_GetValueResponse
}
