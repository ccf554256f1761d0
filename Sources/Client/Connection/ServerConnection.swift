internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import NGHTTP2Transport
internal import SwiftProtobuf

/// One connection to the server, made when it is first used and again whenever it breaks, until this object goes.
final class ServerConnection: Sendable {
    private let client: GRPCClient<NGHTTP2ClientTransport>
    private let transport: NGHTTP2ClientTransport
    private let task: Task<Void, Never>
    private let starts: CallBatches<Aether_V1_StartWorkflowRequest, String>
    private let completions: CallBatches<Aether_V1_CompleteStepRequest, Void>
    private let results: ResultWatch

    /// - Throws: ``AetherError`` when the credentials can't be used.
    init(_ address: ServerAddress, _ credentials: ServerCredentials) throws(AetherError) {
        var configuration = NGHTTP2ClientTransport.Configuration()
        // Short enough for a worker to be back within the server's grace period.
        configuration.backoff = Backoff(
            initial: .milliseconds(50), maximum: .seconds(1), multiplier: 1.6, jitter: 0.2)
        let transport = try credentials.transport(
            host: address.host, port: address.port, isSecure: address.isSecure, configuration: configuration)
        let client = GRPCClient(transport: transport)
        self.transport = transport
        self.client = client
        starts = CallBatches {
            $0.input.count + $0.signal.payload.count
        } call: { starts in
            let service = Aether_V1_ClientService.Client(wrapping: client)
            return try await service.startWorkflows(.with { $0.starts = starts }).answers.map { answer in
                answer.code == 0
                    ? .success(answer.workflowID)
                    : .failure(RPCError(wireCode: answer.code, message: answer.message))
            }
        }
        completions = CallBatches {
            $0.result.count + $0.error.utf8.count
        } call: { steps in
            let service = Aether_V1_WorkerService.Client(wrapping: client)
            return try await service.completeSteps(.with { $0.steps = steps }).answers.map { answer in
                answer.code == 0
                    ? .success(()) : .failure(RPCError(wireCode: answer.code, message: answer.message))
            }
        }
        results = ResultWatch(client: client)
        // Cancelled when this object goes; it ends by itself never.
        self.task = Task.detached { try? await client.runConnections() }
    }

    deinit {
        task.cancel()
    }

    private var worker: Aether_V1_WorkerService.Client<NGHTTP2ClientTransport> { .init(wrapping: client) }
    private var workflows: Aether_V1_ClientService.Client<NGHTTP2ClientTransport> { .init(wrapping: client) }
}

extension ServerConnection: ServerCalls {
    func startWorkflow(_ request: Aether_V1_StartWorkflowRequest) async throws -> String {
        try await starts.answer(to: request)
    }

    func getWorkflowStatus(_ request: Aether_V1_GetStatusRequest) async throws -> Aether_V1_WorkflowStatus {
        try await workflows.getWorkflowStatus(request)
    }

    func awaitResult(of id: String) async throws -> Aether_V1_WorkflowResult {
        try await results.result(of: id)
    }

    func cancelWorkflow(_ request: Aether_V1_CancelRequest) async throws {
        _ = try await workflows.cancelWorkflow(request)
    }

    func terminateWorkflow(_ request: Aether_V1_TerminateRequest) async throws {
        _ = try await workflows.terminateWorkflow(request)
    }

    func signalWorkflow(_ request: Aether_V1_SignalRequest) async throws {
        _ = try await workflows.signalWorkflow(request)
    }

    func getValue(_ request: Aether_V1_GetValueRequest) async throws -> Aether_V1_GetValueResponse {
        try await workflows.getValue(request)
    }

    func register(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        try await worker.register(request)
    }

    func pollTasks(
        _ request: Aether_V1_PollRequest, accepted: @escaping @Sendable () -> Void,
        take: @escaping @Sendable (Aether_V1_Task) -> Void
    ) async throws {
        try await worker.pollTasks(request) { response in
            accepted()
            for try await task in response.messages { take(task) }
        }
        throw RPCError(code: .unavailable, message: "the server ended the stream of tasks")
    }

    func advance(_ request: AdvanceRequest, timeout: Duration?) async throws -> AdvanceResponse {
        let response = try await transport.unary(
            Aether_V1_WorkerService.Method.Advance.descriptor, NGHTTP2MessageBytes(request.encoded()), timeout: timeout)
        return try AdvanceCoding.response(response)
    }

    func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws {
        guard let timeout else { return try await completions.answer(to: request) }
        _ = try await worker.completeStep(request, options: .limited(to: timeout))
    }

    func heartbeat(
        _ request: Aether_V1_HeartbeatRequest, timeout: Duration?
    ) async throws -> Aether_V1_HeartbeatResponse {
        try await worker.heartbeat(request, options: .limited(to: timeout))
    }
}

extension CallOptions {
    fileprivate static func limited(to timeout: Duration?) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }
}
