internal import AetherProtocol

/// What a process asks of the server, each as one call that is not repeated.
protocol ServerCalls: WorkerCalls {
    func startWorkflow(_ request: Aether_V1_StartWorkflowRequest) async throws -> Aether_V1_StartWorkflowResponse
    func getWorkflowStatus(_ request: Aether_V1_GetStatusRequest) async throws -> Aether_V1_WorkflowStatus
    func awaitResult(_ request: Aether_V1_AwaitResultRequest) async throws -> Aether_V1_WorkflowResult
    func cancelWorkflow(_ request: Aether_V1_CancelRequest) async throws
    func terminateWorkflow(_ request: Aether_V1_TerminateRequest) async throws
    func signalWorkflow(_ request: Aether_V1_SignalRequest) async throws
    func getValue(_ request: Aether_V1_GetValueRequest) async throws -> Aether_V1_GetValueResponse
}
