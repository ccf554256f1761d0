/// The tokens that a server takes.
package struct TokenSet: Hashable, Sendable {
    private(set) var tokens: [AccessToken]

    /// The token with this secret; `nil` when there is none. Every token is compared, so that the time tells nothing.
    func token(_ presented: some StringProtocol) -> AccessToken? {
        guard let presented = PaddedSecret(presented) else { return nil }
        var found: Int?
        for (index, token) in tokens.enumerated() where token.secret.isEqual(to: presented) { found = index }
        return found.map { tokens[$0] }
    }

    /// The names of those that a newer set does not have any more, or not as they were.
    func names(notIn newer: TokenSet) -> Set<String> {
        Set(Set(tokens).subtracting(newer.tokens).map(\.name))
    }
}

extension TokenSet {
    private static let minimumBytes = 32

    /// Reads lines `ROLES NAME TOKEN`; ROLES are joined by commas, `#` begins a line of comment.
    ///
    /// - Parameters:
    ///   - text: the lines; `;` ends one too.
    ///   - source: where they are from, for errors. Those never quote a token.
    /// - Throws: ``ServerStartError`` that names the line and what is wrong with it.
    package init(_ text: String, source: String) throws(ServerStartError) {
        tokens = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline || $0 == ";" }
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func wrong(_ what: String) -> ServerStartError {
                ServerStartError(message: "\(source): line \(index + 1) \(what)")
            }
            guard words.count == 3 else { throw wrong("is not of the form ROLES NAME TOKEN") }
            var roles: Set<Role> = []
            for name in first.split(separator: ",", omittingEmptySubsequences: false) {
                guard let role = Role(rawValue: String(name)) else {
                    let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                    throw wrong("begins with roles that there are not; they are \(known), joined by commas")
                }
                roles.insert(role)
            }
            let (name, token) = (String(words[1]), words[2])
            guard token.utf8.count >= Self.minimumBytes, token.utf8.allSatisfy(Self.isAllowed),
                let secret = PaddedSecret(token)
            else {
                throw wrong(
                    "has no token of \(Self.minimumBytes) to \(PaddedSecret.maximumBytes) characters A-Z a-z 0-9 - . _ ~ + / =; "
                        + "'openssl rand -hex 32' makes one")
            }
            guard !tokens.contains(where: { $0.name == name }) else { throw wrong("names \(name) a second time") }
            guard !tokens.contains(where: { $0.secret == secret }) else {
                throw wrong("has the token of another line")
            }
            tokens.append(AccessToken(name: name, roles: roles, secret: secret))
        }
        guard !tokens.isEmpty else {
            throw ServerStartError(message: "\(source) has no token; nobody could do anything")
        }
    }

    /// What a header can carry (RFC 6750 §2.1, b64token).
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/=".utf8.contains(byte)
        }
    }
}
