internal import AetherActors
internal import AetherJSON
internal import AetherRuntime
internal import Hummingbird

/// `/api/v1`: what the dashboard and scripts ask for, as JSON. Thin: each operation checks what it is given, asks the engine, and
/// writes the answer as `aether --json` does.
struct API: Sendable {
    static let path = "/api/v1"

    let engine: Engine
    let events: EventHub
    let bodies: BodyBudget
    let server: ServerDescription
    /// Where requests about other servers' workflows are passed on to; `nil` where the database is not shared.
    var peers: Peers?

    /// The same, passing nothing on.
    var alone: API {
        var api = self
        api.peers = nil
        return api
    }

    /// Has the owner of a workflow do something, which is given to the body: `nil` for this server.
    func atOwner<Answer>(of id: WorkflowID, _ body: (Peer?) async throws -> Answer) async throws -> Answer {
        guard let peers else { return try await body(nil) }
        return try await peers.atOwner(of: id, body)
    }

    /// All there is.
    var operations: [APIOperation] {
        workflowOperations + actionOperations + workerOperations + serverOperations + [eventOperation]
    }

    func add(to router: Router<BasicRequestContext>) {
        for operation in operations {
            router.on(RouterPath("\(Self.path)/\(operation.path)"), method: operation.method) { request, context in
                let names = operation.pathParameters
                let parameters = names.map { ($0, context.parameters.get($0) ?? "") }
                do {
                    let request = try APIRequest(
                        request, Dictionary(parameters, uniquingKeysWith: { $1 }), for: operation, bodies)
                    if case .json = operation.answer, names.contains("id"),
                        let peer = try await peers?.nextOwner(of: try request.id)
                    {
                        return try await response(to: request, of: operation, at: peer)
                    }
                    return try await operation.response(to: request)
                } catch let error as EngineError {
                    throw APIError(error)
                }
            }
        }
        let document = OpenAPI(operations).json
        router.get("\(Self.path)/openapi.json") { _, _ in Response(json: document) }
    }
}
