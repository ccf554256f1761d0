/// A server that can't start: what happened, why, and what to do, in one line.
package struct ServerStartError: Error, Sendable, CustomStringConvertible {
    package var message: String

    package init(message: String) {
        self.message = message
    }

    package var description: String { message }

    /// A port that another process has. `purpose` is what it is for (`gRPC`, `HTTP`, `metrics`), `flag` what chooses
    /// another.
    package static func portInUse(host: String, port: Int, purpose: String, flag: String) -> ServerStartError {
        ServerStartError(
            message: "port \(port) on \(host) (\(purpose)) is in use by another process; stop it, or choose another "
                + "port with \(flag) (0 takes any free one)")
    }

    /// A port that can't be bound for another reason: a privileged port, an address of another machine.
    package static func cannotBind(
        host: String, port: Int, purpose: String, flag: String, reason: String
    ) -> ServerStartError {
        ServerStartError(
            message: "can't listen on \(host):\(port) (\(purpose)): \(reason); choose another address with --host or "
                + "another port with \(flag)")
    }
}
