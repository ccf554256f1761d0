internal import GRPCCore
internal import NGHTTP2Transport
internal import Synchronization

/// Who may do what: tokens and rules, for gRPC and HTTP.
final class AccessControl: Sendable {
    enum Refusal: Error, Hashable {
        /// There is no token, or it is none of this server's.
        case unknown(String)
        /// The token does not allow it.
        case forbidden(String)
    }

    private let tokens: Mutex<TokenSet>

    init(_ tokens: TokenSet) {
        self.tokens = Mutex(tokens)
    }

    /// Takes other tokens from now on.
    ///
    /// - Returns: The names of those that are gone or allow something else.
    func replace(with newer: TokenSet) -> Set<String> {
        tokens.withLock { tokens in
            defer { tokens = newer }
            return tokens.names(notIn: newer)
        }
    }

    /// Lets pass, or says why not.
    ///
    /// - Parameters:
    ///   - rule: Who may.
    ///   - authorization: The value of the header, if there is one.
    ///   - what: What is to be done, for the error.
    /// - Returns: The name of the token; empty where none is needed.
    /// - Throws: Why not.
    func check(_ rule: AccessRule, authorization: String?, what: @autoclosure () -> String) throws(Refusal) -> String {
        if rule == .everyone { return "" }
        guard let secret = authorization.flatMap(Self.secret) else {
            throw .unknown(
                "this server wants a token: set AETHER_TOKEN, or send the header \"authorization: Bearer TOKEN\"")
        }
        guard let token = tokens.withLock({ $0.token(secret) }) else {
            throw .unknown("the token is none of this server's; it may have been replaced or removed")
        }
        if case .roles(let roles) = rule, roles.isDisjoint(with: token.roles) {
            throw .forbidden(
                "the token \"\(token.name)\" has the role \(token.roles.names), and \(what()) needs \(roles.names)")
        }
        return token.name
    }

    /// The most that the bearer of a token may do; `nil` for who has none of this server's.
    func role(authorization: String?) -> String? {
        guard let secret = authorization.flatMap(Self.secret), let token = tokens.withLock({ $0.token(secret) }) else {
            return nil
        }
        return Role.allCases.first(where: token.roles.contains)?.rawValue
    }

    var authorizer: CallAuthorizer {
        { method, metadata throws(RPCError) in try self.authorize(method, metadata) }
    }

    func authorize(_ method: MethodDescriptor, _ metadata: Metadata) throws(RPCError) -> String {
        var values = metadata[stringValues: "authorization"].makeIterator()
        do {
            return try check(
                AccessRule(method), authorization: values.next(), what: "\(method.fullyQualifiedMethod)")
        } catch {
            switch error {
            case .unknown(let message): throw RPCError(code: .unauthenticated, message: message)
            case .forbidden(let message): throw RPCError(code: .permissionDenied, message: message)
            }
        }
    }

    /// The token in `Bearer TOKEN`, or in `Basic`, whose password it then is: that is what a browser can send.
    private static func secret(in authorization: String) -> Substring? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return parts[1]
        case "basic":
            guard let text = String(base64: parts[1]), let colon = text.firstIndex(of: ":") else { return nil }
            return text[text.index(after: colon)...]
        default: return nil
        }
    }
}
