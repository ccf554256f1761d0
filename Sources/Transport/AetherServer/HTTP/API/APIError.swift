internal import AetherActors
internal import AetherJSON
internal import Hummingbird

/// Why the HTTP API did not do what it was asked: `{"error": {"code", "message", "remedy"}}`. Nothing changed.
struct APIError: Error, Hashable {
    /// The stable name of the reason; those that gRPC has are called as there.
    enum Code: String, CaseIterable {
        case invalidArgument = "INVALID_ARGUMENT"
        case unauthenticated = "UNAUTHENTICATED"
        case permissionDenied = "PERMISSION_DENIED"
        case notFound = "NOT_FOUND"
        case alreadyExists = "ALREADY_EXISTS"
        case failedPrecondition = "FAILED_PRECONDITION"
        case aborted = "ABORTED"
        case tooLarge = "TOO_LARGE"
        case misdirected = "MISDIRECTED"
        case resourceExhausted = "RESOURCE_EXHAUSTED"
        case unavailable = "UNAVAILABLE"
        case internalError = "INTERNAL"

        var status: HTTPResponse.Status {
            switch self {
            case .invalidArgument: .badRequest
            case .unauthenticated: .unauthorized
            case .permissionDenied: .forbidden
            case .notFound: .notFound
            case .alreadyExists, .failedPrecondition, .aborted: .conflict
            case .tooLarge: .contentTooLarge
            case .misdirected: .misdirectedRequest
            case .resourceExhausted: .tooManyRequests
            case .unavailable: .serviceUnavailable
            case .internalError: .internalServerError
            }
        }

        /// What to do where the message doesn't say.
        fileprivate var remedy: String {
            switch self {
            case .invalidArgument: "see /api/v1/openapi.json for what can be asked"
            case .unauthenticated: "send the header \"authorization: Bearer TOKEN\""
            case .permissionDenied: "use a token that allows it"
            case .notFound: "list what there is with GET /api/v1/workflows"
            case .alreadyExists: "use another id"
            case .failedPrecondition: "look at how it stands with GET /api/v1/workflows/ID"
            case .aborted: "ask again"
            case .tooLarge: "store large data elsewhere and pass a reference"
            case .misdirected: "start the server with --allowed-hosts"
            case .resourceExhausted, .unavailable: "try again in a moment"
            case .internalError: "look into the server's log"
            }
        }
    }

    var code: Code
    /// What happened, to which workflow.
    var message: String
    /// What to do.
    var remedy: String

    init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy ?? code.remedy
    }

    /// The engine's messages say what to do behind a semicolon.
    init(_ error: EngineError) {
        let parts = error.message.split(separator: "; ", maxSplits: 1)
        let code: Code =
            switch error.code {
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .invalidArgument: .invalidArgument
            case .failedPrecondition: .failedPrecondition
            case .unavailable, .elsewhere: .unavailable
            case .aborted: .aborted
            case .resourceExhausted: .resourceExhausted
            }
        self.init(code, parts.first.map(String.init) ?? "", remedy: parts.dropFirst().first.map(String.init))
    }

    /// The element `error` of a document.
    var json: JSONValue {
        .object(["code": .string(code.rawValue), "message": .string(message), "remedy": .string(remedy)])
    }

    var response: Response {
        Response(json: .object(["error": json]), status: code.status)
    }
}

extension APIError: HTTPResponseError {
    var status: HTTPResponse.Status { code.status }

    func response(from request: Request, context: some RequestContext) throws -> Response { response }
}
