package import Hummingbird

/// Decides whether a request gets its page, and adds what tells browsers to be careful with it.
package struct PageGuard: Sendable {
    /// What answers everyone, under every name: monitors have no token.
    private static let open: Set<String> = ["/healthz", "/readyz"]
    /// What changes nothing.
    private static let safeMethods: Set<HTTPRequest.Method> = [.get, .head, .options]

    /// Nil to let everyone see everything.
    let access: AccessControl?
    let hosts: AllowedHosts

    func refusal(of request: Request) -> APIError? {
        let rule = Self.rule(method: request.method, path: request.uri.path)
        let authority = request.head.authority ?? ""
        if rule != .everyone, !hosts.allows(authority) {
            return APIError(
                .misdirected, "this server is not known as \(authority)",
                remedy: "if it is, start it with --allowed-hosts \(authority)")
        }
        if !Self.safeMethods.contains(request.method), let origin = request.headers[.origin],
            !["http://\(authority)", "https://\(authority)"].contains(origin)
        {
            return APIError(
                .permissionDenied, "pages of \(origin) may change nothing here", remedy: "use the server's own page")
        }
        do throws(AccessControl.Refusal) {
            _ = try access?.check(rule, authorization: request.headers[.authorization], what: "this page")
            return nil
        } catch {
            switch error {
            case .unknown(let message): return APIError(.unauthenticated, message)
            case .forbidden(let message): return APIError(.permissionDenied, message)
            }
        }
    }

    static func rule(method: HTTPRequest.Method, path: String) -> AccessRule {
        if open.contains(path) { return .everyone }
        // Deleting takes the audit trail away.
        if method == .delete { return .admins }
        return safeMethods.contains(method) ? .readers : .clients
    }
}

extension PageGuard: RouterMiddleware {
    package typealias Context = BasicRequestContext

    package func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if let refusal = refusal(of: request) {
            response = Self.response(refusal, to: request)
        } else {
            do {
                response = try await next(request, context)
            } catch let error as APIError {
                response = Self.response(error, to: request)
            } catch let error as any HTTPResponseError {
                response =
                    if error.status == .notFound, Self.isOfAPI(request) {
                        APIError(
                            .notFound, "there is no \(request.method) \(request.uri.path)",
                            remedy: "see \(API.path)/openapi.json for what there is"
                        ).response
                    } else {
                        try error.response(from: request, context: context)
                    }
            }
        }
        for field in Self.fields { response.headers.append(field) }
        return response
    }

    private static func isOfAPI(_ request: Request) -> Bool { request.uri.path.hasPrefix("/api/") }

    /// JSON for who asks the API, a sentence for who looks at a page.
    private static func response(_ error: APIError, to request: Request) -> Response {
        var response =
            isOfAPI(request)
            ? error.response : Response(text: "\(error.message); \(error.remedy)\n", status: error.status)
        if error.code == .unauthenticated {
            response.headers[values: .wwwAuthenticate] = [
                #"Bearer realm="Aether""#, #"Basic realm="Aether: the password is a token", charset="UTF-8""#,
            ]
        }
        return response
    }

    private static let fields: HTTPFields = {
        var fields: HTTPFields = [
            .contentSecurityPolicy: "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            .crossOriginResourcePolicy: "same-origin",
            .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPFields.Element.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        return fields
    }()
}
