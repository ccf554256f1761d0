internal import ArgumentParser

/// What a setting was set to, and where, for the error when it makes no sense.
struct SettingValue: Hashable, Sendable {
    var text: String
    /// `--grpc-port`, `AETHER_GRPC_PORT`, or `aether.toml:3: grpc_port in [server]`.
    var origin: String
    /// A wrong flag is wrong usage; a wrong file or environment is a failure.
    var exitCode = ExitCode.failure

    func wrong(_ what: String) -> CommandFailure {
        CommandFailure("\(origin) \(what)", exitCode: exitCode)
    }
}
