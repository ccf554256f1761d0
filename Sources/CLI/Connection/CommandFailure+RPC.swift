internal import GRPCCore

extension CommandFailure {
    /// What a failed call means to who typed the command.
    init(_ error: RPCError, server: ServerURL) {
        switch error.code {
        case .unavailable:
            // A server whose TLS is another than this client's runs.
            let isThere = error.message.contains("TLS") || error.message.contains("certificate")
            self.init(
                "can't reach the server at \(server): \(Self.sentence(error))"
                    + (isThere ? "" : "; start one with 'aether serve', or name another with --server"),
                exitCode: Self.unreachable)
        case .deadlineExceeded:
            self.init(
                "the server at \(server) did not answer in time; try again with a longer --timeout",
                exitCode: Self.unreachable)
        case .unimplemented:
            self.init(
                "the server at \(server) does not know this call: \(Self.sentence(error)); is it an Aether server, and "
                    + "as new as this command?")
        case .internalError, .unknown, .dataLoss:
            self.init("the server at \(server) failed: \(Self.sentence(error)); its log says more")
        default:
            self.init(Self.sentence(error))
        }
    }

    /// The server's own words, in one line, as a part of ours.
    private static func sentence(_ error: RPCError) -> String {
        guard !error.message.isEmpty else { return "\(error.code)" }
        guard !error.message.contains("Connection refused") else { return "nothing listens there" }
        let line = Cell.visible(error.message.split(whereSeparator: \.isNewline).joined(separator: " "))
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
