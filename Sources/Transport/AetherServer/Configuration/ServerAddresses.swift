/// Where a running server can be reached, with the ports it really got.
package struct ServerAddresses: Sendable, Hashable {
    package var host: String
    package var grpcPort: Int
    package var httpPort: Int
    /// `nil` when metrics are switched off.
    package var metricsPort: Int?
    /// Whether all of them speak TLS.
    package var isSecure: Bool

    package init(host: String, grpcPort: Int, httpPort: Int, metricsPort: Int?, isSecure: Bool = false) {
        self.host = host
        self.grpcPort = grpcPort
        self.httpPort = httpPort
        self.metricsPort = metricsPort
        self.isSecure = isSecure
    }

    package var grpcURL: String { url(grpcPort) }
    package var httpURL: String { url(httpPort) }
    package var metricsURL: String? { metricsPort.map { url($0) + "/metrics" } }

    /// `0.0.0.0` and `::` are places to listen, not to connect to: a person on this machine uses `localhost`.
    private func url(_ port: Int) -> String {
        let scheme = isSecure ? "https" : "http"
        return switch host {
        case "127.0.0.1", "0.0.0.0", "::": "\(scheme)://localhost:\(port)"
        case let host where host.contains(":"): "\(scheme)://[\(host)]:\(port)"
        default: "\(scheme)://\(host):\(port)"
        }
    }
}
