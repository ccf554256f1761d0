internal import AetherRuntime
internal import Foundation

/// Where spans go: the base URL of an OTLP/HTTP collector.
package struct OTLPEndpoint: Sendable, Hashable {
    package var host: String
    package var port: Int
    package var isSecure: Bool
    /// That of the spans, `/v1/traces` behind the base's.
    package var path: String

    /// Reads a URL such as `http://localhost:4318`.
    ///
    /// - Throws: ``OTLPError`` that says what is wrong with it.
    package init(_ url: String) throws(OTLPError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty
        else { throw OTLPError("'\(url)' is no URL as http://localhost:4318") }
        guard scheme == "http" || scheme == "https" else {
            throw OTLPError("'\(url)' has the scheme \(scheme), and spans go by http or https")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw OTLPError("'\(url)' has more than scheme, host, port and path")
        }
        isSecure = scheme == "https"
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw OTLPError("'\(url)' has no port from 1 to 65535") }
        var base = parts.percentEncodedPath
        while base.hasSuffix("/") { base.removeLast() }
        path = base + "/v1/traces"
    }

    /// The header `Host`.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
