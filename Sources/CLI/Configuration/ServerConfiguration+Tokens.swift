internal import AetherServer

extension ServerConfiguration {
    /// The variable that has tokens themselves. There is no such flag: everyone on a machine sees the arguments of its processes.
    static let tokensVariable = "AETHER_TOKENS"

    /// The variable that has the token which servers of one database show one another.
    static let nodeTokenVariable = "AETHER_NODE_TOKEN"

    /// Takes the tokens of the environment, if it has some.
    ///
    /// - Throws: ``CommandFailure`` when there is a file of tokens too.
    mutating func takeTokens(environment: [String: String]) throws(CommandFailure) {
        if let token = environment[Self.nodeTokenVariable], !token.isEmpty { nodeToken = token }
        guard let text = environment[Self.tokensVariable], !text.isEmpty else { return }
        guard tokens == nil else {
            throw CommandFailure(
                "there are tokens in \(Self.tokensVariable) and a file of tokens (\(Setting.tokensFile.flag)); give one of the two"
            )
        }
        tokens = .environment(name: Self.tokensVariable, text: text)
    }
}
