internal import ArgumentParser
internal import Foundation

/// What every client command takes.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The server, http://host:port. Default: AETHER_SERVER, else http://localhost:7233.")
    var server: String?

    @Option(help: "How long to wait for the server: 10, 500ms, 2m. Default: 10s for every call.")
    var timeout: TimeSpan?

    @Flag(help: "Print JSON: one document, or one a line for lists.")
    var json = false

    /// How long a call may take unless `--timeout` says so.
    static let standardTimeout = Duration.seconds(10)

    func url(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> ServerURL {
        if let server { return try ServerURL(server) }
        if let text = environment["AETHER_SERVER"], !text.isEmpty { return try ServerURL(text) }
        return .standard
    }
}
