internal import AetherJSON
internal import AetherRuntime
internal import Foundation
internal import Hummingbird

/// A request to an operation of the API: nothing is in it that the operation does not know.
struct APIRequest: Sendable {
    let query: APIQuery
    let headers: HTTPFields
    /// Percent-encoded.
    let parameters: [String: String]
    let path: String
    private let content: RequestBody
    private let bodies: BodyBudget
    private let known: Set<String>

    /// - Throws: ``APIError`` when the query has what the operation does not know.
    init(
        _ request: Request, _ parameters: [String: String], for operation: APIOperation, _ bodies: BodyBudget
    ) throws(APIError) {
        query = try APIQuery(request, known: Set(operation.query.map(\.name)))
        headers = request.headers
        path = request.uri.description
        self.parameters = parameters
        content = request.body
        self.bodies = bodies
        known = Set(operation.body.map(\.name))
    }

    /// Reads the body.
    ///
    /// - Throws: ``APIError`` when it is no JSON object, is too large, or has what the operation does not know.
    var body: APIBody {
        get async throws { try await bodies.read(content) { try APIBody($0, known: known) } }
    }

    /// The body as it came.
    var bytes: [UInt8] {
        get async throws { try await bodies.read(content) { $0 } }
    }

    /// A part of the path, without its percent-encoding.
    func part(_ name: String) throws(APIError) -> String {
        guard let text = parameters[name]?.removingPercentEncoding else {
            throw APIError(.invalidArgument, "the path is not percent-encoded UTF-8")
        }
        return text
    }

    var id: WorkflowID {
        get throws { try WorkflowID(checking: part("id")) }
    }

    /// The trace that the request is part of.
    var trace: TraceContext? {
        guard let parent = HTTPFields.Element.Name("traceparent"), let state = HTTPFields.Element.Name("tracestate")
        else { return nil }
        return TraceContext(traceparent: headers[parent] ?? "", tracestate: headers[state] ?? "")
    }

    // MARK: Pages

    static let maximumPage = 1_000

    /// How many are wanted.
    func limit(default: Int) throws(APIError) -> Int {
        try query.number("limit", in: 1...Self.maximumPage, default: `default`)
    }

    /// The place in a journal behind which is wanted.
    var after: UInt64 {
        get throws(APIError) { try query.number("after", in: 0...UInt64(Int64.max), default: 0) }
    }
}

extension APIParameter {
    static func limit(default: Int64) -> APIParameter {
        .number("limit", "The most to answer.", in: 1...Int64(APIRequest.maximumPage), default: `default`)
    }

    static let after = APIParameter.number(
        "after", "The place in the journal behind which to go on: `next` of the page before.", in: 0...Int64.max,
        default: 0)
}
