package import AetherProtocol
package import GRPCCore
internal import SwiftProtobuf

/// `grpc.health.v1.Health`, as in https://github.com/grpc/grpc/blob/master/doc/health-checking.md
///
/// The server as a whole (the empty name) and each of its services have one common status.
package struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    private let status: HealthStatus
    private let services: Set<String>

    /// The health of a server which has `services` (full names).
    package init(status: HealthStatus, services: Set<String>) {
        self.status = status
        self.services = services.union([""])
    }

    package func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard services.contains(request.service) else {
            throw RPCError(
                code: .notFound,
                message: "no service \"\(request.service)\" here; this server has "
                    + services.subtracting([""]).sorted().joined(separator: ", "))
        }
        return Self.response(isServing: status.isServing)
    }

    /// Sends the status now and at each change, until the client ends the call; of a service that isn't here, that it
    /// is unknown (the protocol wants the call to go on, in case it appears).
    package func watch(
        request: Grpc_Health_V1_HealthCheckRequest, response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>,
        context: ServerContext
    ) async throws {
        let isKnown = services.contains(request.service)
        if !isKnown {
            try await response.write(.with { $0.status = .serviceUnknown })
        }
        let watch = status.watch()
        defer { watch.end() }
        try await withRPCCancellationHandler {
            for await isServing in watch.changes where isKnown {
                try await response.write(Self.response(isServing: isServing))
            }
        } onCancelRPC: {
            watch.end()
        }
        guard context.cancellation.isCancelled else {
            throw RPCError(code: .unavailable, message: "the server is shutting down; watch again when it is back")
        }
    }

    private static func response(isServing: Bool) -> Grpc_Health_V1_HealthCheckResponse {
        .with { $0.status = isServing ? .serving : .notServing }
    }
}
