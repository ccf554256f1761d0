internal import AetherServer
internal import UnixSignals

/// SIGHUP, for a server with certificates or tokens: reads them again. Without, it ends the process as ever.
enum CredentialReload {
    static func onHangup(
        of server: AetherServer, _ configuration: ServerConfiguration,
        _ operation: @Sendable @escaping () async throws -> Void
    ) async throws {
        if configuration.tls == nil, configuration.tokens == nil { return try await operation() }
        let signals = await UnixSignalsSequence(trapping: .sighup)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { server.reloadCredentials() } }
            defer { group.cancelAll() }
            try await operation()
        }
    }
}
