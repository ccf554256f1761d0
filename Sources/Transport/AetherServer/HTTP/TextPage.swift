internal import AetherRuntime
internal import AetherStorage
internal import Hummingbird

/// The page on `/` for who does not ask for HTML, as curl: what this is and what to do next.
struct TextPage {
    var snapshot: ServerSnapshot
    var addresses: ServerAddresses

    var text: String {
        let readiness = snapshot.notReadyReason.map { "not ready: \($0)" } ?? "ready"
        let states = WorkflowState.allCases.map { "  \(Self.padded($0.name.lowercased()))\(snapshot.counts[$0])" }
        let metrics = addresses.metricsURL ?? "switched off"
        return """
            Aether \(AetherVersion.current): a durable workflow engine. This server is \(readiness).

            Addresses
              \(Self.padded("gRPC"))\(addresses.grpcURL)
              \(Self.padded("HTTP"))\(addresses.httpURL)
              \(Self.padded("metrics"))\(metrics)

            Workflows
            \(states.joined(separator: "\n"))

            Workers connected: \(snapshot.connectedWorkers)

            Commands
              aether workflow list
              aether workflow start TYPE --input JSON --wait
              aether workflow history ID
              aether status ID
              aether cancel ID

            """
    }

    private static func padded(_ label: String) -> String {
        label + String(repeating: " ", count: max(1, 12 - label.count))
    }
}

extension TextPage {
    /// The page as it is now, or why it can't be told.
    static func response(
        snapshot: @Sendable () async throws -> ServerSnapshot, addresses: @Sendable () async throws -> ServerAddresses
    ) async -> Response {
        do {
            return Response(text: TextPage(snapshot: try await snapshot(), addresses: try await addresses()).text)
        } catch {
            return Response(text: "Aether can't read its state: \(error)\n", status: .internalServerError)
        }
    }
}
