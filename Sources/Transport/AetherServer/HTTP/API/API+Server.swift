internal import AetherActors
internal import AetherJSON
internal import AetherRuntime
internal import Hummingbird

/// What a server says of itself that does not change.
struct ServerDescription: Sendable {
    var id: String
    var startedAt: Timestamp
    var database: String
    var tier: PersistenceTier
    var addresses: @Sendable () async throws -> ServerAddresses
    /// What the bearer of a token may do; `nil` where no tokens are in use.
    var role: @Sendable (_ authorization: String?) -> String?
}

extension API {
    var serverOperations: [APIOperation] {
        [
            APIOperation(.get, "server", "getServer", "What the server says of itself.", schema: "Server") { request in
                let addresses = try await server.addresses()
                return .object([
                    "version": .string(AetherVersion.current),
                    "serverId": .string(server.id),
                    "startedAt": .instant(server.startedAt),
                    "now": .instant(engine.now),
                    "addresses": .object([
                        "grpc": .string(addresses.grpcURL), "http": .string(addresses.httpURL),
                        "metrics": addresses.metricsURL.map { .string($0) } ?? .null,
                    ]),
                    "database": .string(server.database),
                    "tier": .string(server.tier.name),
                    "isReady": .bool(engine.unavailability == nil),
                    "notReadyReason": .textOrNull(engine.unavailability ?? ""),
                    "role": .textOrNull(server.role(request.headers[.authorization]) ?? ""),
                ])
            }
        ]
    }
}
