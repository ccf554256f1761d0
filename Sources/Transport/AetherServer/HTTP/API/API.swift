internal import AetherActors
internal import AetherJSON
internal import Hummingbird

/// `/api/v1`: what the dashboard and scripts ask for, as JSON. Thin: each operation checks what it is given, asks the engine, and
/// writes the answer as `aether --json` does.
struct API: Sendable {
    static let path = "/api/v1"

    let engine: Engine
    let events: EventHub
    let bodies: BodyBudget
    let server: ServerDescription

    /// All there is.
    var operations: [APIOperation] {
        workflowOperations + actionOperations + workerOperations + serverOperations + [eventOperation]
    }

    func add(to router: Router<BasicRequestContext>) {
        for operation in operations {
            router.on(RouterPath("\(Self.path)/\(operation.path)"), method: operation.method) { request, context in
                do {
                    return try await operation.response(
                        to: try APIRequest(request, context.parameters, for: operation, bodies))
                } catch let error as EngineError {
                    throw APIError(error)
                }
            }
        }
        let document = OpenAPI(operations).json
        router.get("\(Self.path)/openapi.json") { _, _ in Response(json: document) }
    }
}
