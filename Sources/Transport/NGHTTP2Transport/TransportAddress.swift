internal import Foundation
internal import NIOCore

/// Where a server listens, or where a client connects to.
public enum TransportAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP port of a host. Port 0 lets the system choose a free one when listening.
    case hostPort(host: String, port: Int)
    /// A Unix domain socket.
    case unixDomainSocket(path: String)

    /// The address for a person to read: `127.0.0.1:7233`, `[::1]:7233` or `unix:/run/server.sock`.
    public var description: String {
        switch self {
        case .hostPort(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixDomainSocket(let path):
            "unix:\(path)"
        }
    }

    /// The name that a server's certificate is for; nil of an IP address, which is compared with that of the connection.
    var hostName: String? {
        switch self {
        case .hostPort(let host, _): (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
        case .unixDomainSocket: "localhost"
        }
    }

    /// Reads host:port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else { return nil }
        self = .hostPort(host: text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port: port)
    }

    /// Whether only this machine reaches a host, by its name or address.
    package static func isLoopback(host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        return switch try? SocketAddress(ipAddress: host, port: 0) {
        case .v4: host.hasPrefix("127.")
        case .v6: host == "::1"
        default: false
        }
    }

    /// Whether a host stands for all addresses of the machine: nobody can connect to it.
    package static func isWildcard(host: String) -> Bool { host == "0.0.0.0" || host == "::" }

    /// The value of the `:authority` header for this address.
    var authority: String {
        switch self {
        case .hostPort: description
        case .unixDomainSocket: "localhost"
        }
    }
}
