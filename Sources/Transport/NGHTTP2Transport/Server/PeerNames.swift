internal import NIOCore

/// The two ends of a connection as gRPC writes them: `ipv4:127.0.0.1:7233`, `ipv6:[::1]:7233`, `unix:/run/server.sock`.
struct PeerNames: Sendable {
    let remote: String
    let local: String

    /// The names of a connection whose channel was gone before they were asked for.
    static let unknown = PeerNames(remote: "unknown", local: "unknown")

    private init(remote: String, local: String) {
        self.remote = remote
        self.local = local
    }

    init(_ channel: any Channel) {
        let remoteName = Self.name(channel.remoteAddress)
        let localName = Self.name(channel.localAddress)
        // The client's end of a Unix domain socket has no path.
        remote = remoteName ?? localName ?? "unknown"
        local = localName ?? remoteName ?? "unknown"
    }

    private static func name(_ address: SocketAddress?) -> String? {
        guard let address else { return nil }
        switch address {
        case .v4: return "ipv4:\(address.ipAddress ?? "unknown"):\(address.port ?? 0)"
        case .v6: return "ipv6:[\(address.ipAddress ?? "unknown")]:\(address.port ?? 0)"
        case .unixDomainSocket: return address.pathname.flatMap { $0.isEmpty ? nil : "unix:\($0)" }
        }
    }
}
