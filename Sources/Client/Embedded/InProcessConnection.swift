#if Embedded
    package import AetherProtocol
    package import AetherRuntime
    package import AetherServer
    internal import GRPCCore
    internal import SwiftProtobuf

    /// Calls to the services of a server in this process.
    package struct InProcessConnection: Sendable {
        private let client: any Aether_V1_ClientService.SimpleServiceProtocol
        private let worker: any Aether_V1_WorkerService.SimpleServiceProtocol
        private let server: InProcessServer
        private let untilStuck: (@Sendable () async -> Void)?

        /// - Parameters:
        ///   - server: what is called.
        ///   - untilStuck: ends when nothing happens by itself any more: a wait for a result is then in vain. `nil` where that is never
        ///     known.
        package init(_ server: InProcessServer, untilStuck: (@Sendable () async -> Void)? = nil) {
            self.untilStuck = untilStuck
            self.server = server
            client = server.clientService
            worker = server.workerService
        }

        /// Calls a service as the network would: its errors have codes, and a call that takes too long is cancelled.
        private func call<Response: Sendable>(
            _ method: MethodDescriptor, within timeout: Duration? = nil,
            _ body: @escaping @Sendable (ServerContext) async throws -> Response
        ) async throws -> Response {
            do {
                guard let timeout else { return try await perform(method, body) }
                return try await withThrowingTaskGroup(of: Response.self) { group in
                    group.addTask { try await perform(method, body) }
                    group.addTask {
                        try await Task.sleep(for: timeout)
                        throw RPCError(code: .deadlineExceeded, message: "the call took longer than \(timeout)")
                    }
                    defer { group.cancelAll() }
                    for try await response in group { return response }
                    throw CancellationError()
                }
            } catch let error as any RPCErrorConvertible {
                throw RPCError(error)
            }
        }

        private func perform<Response: Sendable>(
            _ method: MethodDescriptor, _ body: @Sendable (ServerContext) async throws -> Response
        ) async throws -> Response {
            try await withServerContextRPCCancellationHandle { cancellation in
                try await body(
                    ServerContext(
                        descriptor: method, remotePeer: "in-process", localPeer: "in-process",
                        cancellation: cancellation))
            }
        }
    }

    extension InProcessConnection: ServerCalls {
        private typealias Clients = Aether_V1_ClientService.Method
        private typealias Workers = Aether_V1_WorkerService.Method

        package func startWorkflow(_ request: Aether_V1_StartWorkflowRequest) async throws -> String {
            try await call(Clients.StartWorkflow.descriptor) {
                try await client.startWorkflow(request: request, context: $0).workflowID
            }
        }

        package func getWorkflowStatus(_ request: Aether_V1_GetStatusRequest) async throws -> Aether_V1_WorkflowStatus {
            try await call(Clients.GetWorkflowStatus.descriptor) {
                try await client.getWorkflowStatus(request: request, context: $0)
            }
        }

        package func awaitResult(of id: String) async throws -> Aether_V1_WorkflowResult {
            try await withThrowingTaskGroup(of: Aether_V1_WorkflowResult?.self) { group in
                group.addTask {
                    try await call(Clients.AwaitResult.descriptor) { context in
                        try await client.awaitResult(request: .with { $0.workflowID = id }, context: context)
                    }
                }
                if let untilStuck {
                    group.addTask {
                        await untilStuck()
                        return nil
                    }
                }
                defer { group.cancelAll() }
                if let result = try await group.next() ?? nil { return result }
                let reason = try await getWorkflowStatus(.with { $0.workflowID = id }).reason
                throw RPCError(
                    code: .failedPrecondition,
                    message: "run \"\(id)\" waits for what does not happen in this test: \(reason)")
            }
        }

        package func cancelWorkflow(_ request: Aether_V1_CancelRequest) async throws {
            _ = try await call(Clients.CancelWorkflow.descriptor) {
                try await client.cancelWorkflow(request: request, context: $0)
            }
        }

        package func terminateWorkflow(_ request: Aether_V1_TerminateRequest) async throws {
            _ = try await call(Clients.TerminateWorkflow.descriptor) {
                try await client.terminateWorkflow(request: request, context: $0)
            }
        }

        package func signalWorkflow(_ request: Aether_V1_SignalRequest) async throws {
            _ = try await call(Clients.SignalWorkflow.descriptor) {
                try await client.signalWorkflow(request: request, context: $0)
            }
        }

        package func getValue(_ request: Aether_V1_GetValueRequest) async throws -> Aether_V1_GetValueResponse {
            try await call(Clients.GetValue.descriptor) { try await client.getValue(request: request, context: $0) }
        }

        package func register(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
            try await call(Workers.Register.descriptor) { try await worker.register(request: request, context: $0) }
        }

        package func pollTasks(
            _ request: Aether_V1_PollRequest, accepted: @escaping @Sendable () -> Void,
            take: @escaping @Sendable (Aether_V1_Task) -> Void
        ) async throws {
            accepted()
            try await call(Workers.PollTasks.descriptor) { context in
                try await worker.pollTasks(
                    request: request, response: RPCWriter(wrapping: TaskTaker(take: take)), context: context)
            }
        }

        package func advance(_ request: AdvanceRequest, timeout: Duration?) async throws -> AdvanceResponse {
            try await call(Workers.Advance.descriptor, within: timeout) { _ in try await server.advance(request) }
        }

        package func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws {
            _ = try await call(Workers.CompleteStep.descriptor, within: timeout) {
                try await worker.completeStep(request: request, context: $0)
            }
        }

        package func heartbeat(
            _ request: Aether_V1_HeartbeatRequest, timeout: Duration?
        ) async throws -> Aether_V1_HeartbeatResponse {
            try await call(Workers.Heartbeat.descriptor, within: timeout) {
                try await worker.heartbeat(request: request, context: $0)
            }
        }
    }

    /// The worker's end of its stream of tasks.
    private struct TaskTaker: RPCWriterProtocol {
        let take: @Sendable (Aether_V1_Task) -> Void

        func write(_ task: Aether_V1_Task) async throws {
            take(task)
        }

        func write(contentsOf tasks: some Sequence<Aether_V1_Task>) async throws {
            for task in tasks { take(task) }
        }
    }
#endif
