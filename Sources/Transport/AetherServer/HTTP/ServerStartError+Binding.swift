internal import Foundation
package import NIOCore

extension ServerStartError {
    /// The error for a socket that could not be bound. `purpose` is what its port is for (`gRPC`, `HTTP`, `metrics`),
    /// `flag` what chooses another.
    package static func binding(
        host: String, port: Int, purpose: String, flag: String, error: IOError
    ) -> ServerStartError {
        guard error.errnoCode != EADDRINUSE else {
            return portInUse(host: host, port: port, purpose: purpose, flag: flag)
        }
        let reason = String(cString: strerror(error.errnoCode)).lowercased()
        return cannotBind(host: host, port: port, purpose: purpose, flag: flag, reason: reason)
    }
}
