internal import ArgumentParser
internal import Foundation

/// Where the server of a client command is: `http://host:port`, or `https://host:port` for TLS.
struct ServerURL: Hashable, Sendable, CustomStringConvertible {
    static let standard = ServerURL(host: "localhost", port: 7233)

    var host: String
    var port: Int
    /// Whether it speaks TLS.
    var isSecure = false

    var description: String {
        "\(isSecure ? "https" : "http")://" + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }
}

extension ServerURL {
    /// Reads a URL that someone typed.
    ///
    /// - Throws: ``CommandFailure`` (exit code 64) that says what is wrong with it.
    init(_ text: String) throws(CommandFailure) {
        func wrong(_ why: String) -> CommandFailure {
            CommandFailure(
                "\(text.isEmpty ? "an empty server URL" : "the server URL '\(text)'") \(why); write it as "
                    + "http://localhost:7233",
                exitCode: .validationFailure)
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw wrong("is no URL")
        }
        switch scheme {
        case "http", "https": break
        default: throw wrong("has the scheme '\(scheme)'")
        }
        guard let host = parts.host, !host.isEmpty else { throw wrong("names no host") }
        guard parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil else {
            throw wrong("has more than a host and a port")
        }
        guard parts.user == nil, parts.password == nil else { throw wrong("has a user or a password") }
        let port = parts.port ?? 7233
        guard (1...65_535).contains(port) else { throw wrong("has a port that isn't between 1 and 65535") }
        self.init(
            host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, port: port,
            isSecure: scheme == "https")
    }
}
