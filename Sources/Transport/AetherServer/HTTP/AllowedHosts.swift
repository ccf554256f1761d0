internal import NIOCore

/// The names under which a browser may ask for pages.
///
/// A page of elsewhere can have its name resolve to this server ("DNS rebinding"), and then reads what it likes from it as its own
/// site. It can't do that with an address, nor with a name of this machine.
package struct AllowedHosts: Hashable, Sendable {
    private let names: Set<String>

    package init(_ names: [String]) {
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Whether the value of a `Host` header names an allowed host.
    func allows(_ authority: String) -> Bool {
        let host = Self.host(of: authority.lowercased())
        return host == "localhost" || host.hasSuffix(".localhost") || names.contains(host)
            || (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }

    /// The part before the port; of an IPv6 address what is in the brackets.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }
}
