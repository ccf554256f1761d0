internal import AetherActors
internal import AetherJSON
internal import AetherRuntime
internal import Foundation
internal import HTTPTypes
internal import Hummingbird

/// `/api/v1`: what the dashboard and scripts ask for, as JSON. Thin: each route checks what it is given, asks the engine, and writes
/// the answer as `aether --json` does.
struct API: Sendable {
    static let path = "/api/v1"

    typealias Routes = RouterGroup<BasicRequestContext>
    typealias Answer = @Sendable (APIRequest) async throws -> JSONValue

    let engine: Engine
    let events: EventHub
    let bodies: BodyBudget
    let server: ServerDescription

    func add(to router: Router<BasicRequestContext>) {
        let routes = router.group(RouterPath(Self.path))
        addWorkflowRoutes(to: routes)
        addActionRoutes(to: routes)
        addWorkerRoutes(to: routes)
        addServerRoutes(to: routes)
        addEventRoutes(to: routes)
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
            router.on("/api/**", method: method) { request, _ -> Response in
                throw APIError(
                    .notFound, "there is no \(method) \(request.uri.path)",
                    remedy: "see \(Self.path)/openapi.json for what there is")
            }
        }
    }

    /// A route that answers with a document.
    func on(
        _ method: HTTPRequest.Method, _ path: RouterPath, in routes: Routes, status: HTTPResponse.Status = .ok,
        _ answer: @escaping Answer
    ) {
        routes.on(path, method: method) { request, context -> Response in
            Response(
                json: try await Self.withAPIErrors { try await answer(APIRequest(request, context.parameters)) },
                status: status)
        }
    }

    /// Does something, and gives what the engine says against it the form that the API has for errors.
    static func withAPIErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as EngineError {
            throw APIError(error)
        }
    }
}

/// A request to a route of the API.
struct APIRequest: Sendable {
    let request: Request
    private let parameters: Parameters

    init(_ request: Request, _ parameters: Parameters) {
        self.request = request
        self.parameters = parameters
    }

    func query(_ known: String...) throws(APIError) -> APIQuery {
        try APIQuery(request, known: Set(known))
    }

    /// A part of the path, without its percent-encoding.
    func part(_ name: String) throws(APIError) -> String {
        guard let text = parameters.get(name)?.removingPercentEncoding else {
            throw APIError(.invalidArgument, "the path is not percent-encoded UTF-8")
        }
        return text
    }

    var id: WorkflowID {
        get throws { try WorkflowID(checking: part("id")) }
    }
}
