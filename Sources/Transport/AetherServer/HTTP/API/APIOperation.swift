internal import AetherJSON
internal import Hummingbird

/// One thing the API does: how it is asked for, what it answers, and the code that does it. The routes and the OpenAPI document
/// are made of the same operations, so neither has what the other has not.
struct APIOperation: Sendable {
    /// How it answers.
    enum Answer: Sendable {
        /// With a document of a schema.
        case json(schema: String, status: HTTPResponse.Status, @Sendable (APIRequest) async throws -> JSONValue)
        /// With something else: its content type, and what it is.
        case stream(contentType: String, description: String, @Sendable (APIRequest) async throws -> Response)
    }

    var method: HTTPRequest.Method
    /// Below `/api/v1`, with `{id}` for what varies.
    var path: String
    /// What it is called in clients that are made of the OpenAPI document.
    var name: String
    var summary: String
    /// What may be asked in the query.
    var query: [APIParameter]
    /// The members that the object in the request's body may have.
    var body: [APIParameter]
    var answer: Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, query: [APIParameter] = [],
        body: [APIParameter] = [], answer: Answer
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.summary = summary
        self.query = query
        self.body = body
        self.answer = answer
    }

    /// An operation that answers with a document.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, query: [APIParameter] = [],
        body: [APIParameter] = [], schema: String, status: HTTPResponse.Status = .ok,
        _ answer: @escaping @Sendable (APIRequest) async throws -> JSONValue
    ) {
        self.init(
            method, path, name, summary, query: query, body: body,
            answer: .json(schema: schema, status: status, answer))
    }

    /// What varies in the path.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    func response(to request: APIRequest) async throws -> Response {
        switch answer {
        case .json(_, let status, let answer): Response(json: try await answer(request), status: status)
        case .stream(_, _, let answer): try await answer(request)
        }
    }
}

/// Something that may be asked for: a parameter of the query, or a member of the body.
struct APIParameter: Sendable {
    var name: String
    var description: String
    /// What it may be, as JSON schema.
    var schema: JSONValue
    var isRequired = false

    static func text(_ name: String, _ description: String, isRequired: Bool = false) -> APIParameter {
        APIParameter(
            name: name, description: description, schema: .object(["type": .string("string")]), isRequired: isRequired)
    }

    static func instant(_ name: String, _ description: String) -> APIParameter {
        APIParameter(
            name: name, description: description,
            schema: .object(["type": .string("string"), "format": .string("date-time")]))
    }

    static func number(
        _ name: String, _ description: String, in bounds: ClosedRange<Int64>, default: Int64
    ) -> APIParameter {
        APIParameter(
            name: name, description: description,
            schema: .object([
                "type": .string("integer"), "minimum": .integer(bounds.lowerBound),
                "maximum": .integer(bounds.upperBound), "default": .integer(`default`),
            ]))
    }

    static func choice(_ name: String, _ description: String, _ values: [String]) -> APIParameter {
        APIParameter(
            name: name, description: description,
            schema: .object(["type": .string("string"), "enum": .array(values.map { .string($0) })]))
    }

    /// Any JSON.
    static func value(_ name: String, _ description: String) -> APIParameter {
        APIParameter(name: name, description: description, schema: .object([JSONValue.Member]()))
    }
}
