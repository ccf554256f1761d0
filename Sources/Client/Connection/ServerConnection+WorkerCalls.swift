internal import AetherProtocol
internal import GRPCCore
internal import SwiftProtobuf

extension ServerConnection {
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

    func advance(
        _ request: Aether_V1_AdvanceRequest, timeout: Duration?
    ) async throws -> Aether_V1_AdvanceResponse {
        try await worker.advance(request, options: .limited(to: timeout))
    }

    func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws {
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
