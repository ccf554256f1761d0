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
    /// What was measured lately.
    var history: MetricsHistory
    var addresses: @Sendable () async throws -> ServerAddresses
    /// What the bearer of a token may do; `nil` where no tokens are in use.
    var role: @Sendable (_ authorization: String?) -> String?
}

extension API {
    private func samples(_ request: APIRequest) throws -> JSONValue {
        let name = try request.query.text("resolution")
        guard let resolution = MetricsResolution.allCases.first(where: { $0.name == (name.isEmpty ? "1s" : name) })
        else {
            throw APIError(.invalidArgument, "\"\(name)\" is no resolution", remedy: "give 1s or 1m")
        }
        let samples = server.history.samples(resolution, after: try request.query.instant("after"))
        return .object([
            "resolutionSeconds": .integer(resolution.seconds), "samples": .array(samples.map(\.json)),
        ])
    }

    var serverOperations: [APIOperation] {
        [
            APIOperation(
                .get, "metrics/series", "listSamples",
                "What was measured: every second for 15 minutes, every minute for a day, while the server ran.",
                query: [
                    .choice("resolution", "How far apart the samples are.", MetricsResolution.allCases.map(\.name)),
                    .instant("after", "Only later ones."),
                ], schema: "Series"
            ) { try samples($0) },
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
            },
        ]
    }
}
