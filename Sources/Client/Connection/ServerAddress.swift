internal import FoundationEssentials

/// The host and port of a server URL such as `http://localhost:7233`.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    static let defaultPort = 7233

    var host: String
    var port: Int
    /// Whether it speaks TLS.
    var isSecure: Bool

    init(host: String, port: Int, isSecure: Bool = false) {
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// - Throws: ``AetherError`` `invalidArgument` when the text is no such URL.
    init(_ text: String) throws(AetherError) {
        guard let url = URL(string: text), let host = url.host(), !host.isEmpty, url.path.isEmpty || url.path == "/"
        else {
            throw AetherError(
                code: .invalidArgument, message: "\"\(text)\" is no server URL; write it as http://localhost:7233")
        }
        guard url.scheme == "http" || url.scheme == "https" else {
            throw AetherError(code: .invalidArgument, message: "\"\(text)\" must begin with http:// or https://")
        }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = url.port ?? Self.defaultPort
        self.isSecure = url.scheme == "https"
    }

    var description: String { "\(isSecure ? "https" : "http")://\(host):\(port)" }
}
