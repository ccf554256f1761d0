internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherTracing
internal import Logging
internal import Tracing

extension SpanExporter {
    /// That of a server; `nil` when it is not to have one.
    ///
    /// - Throws: ``ServerStartError`` when TLS can't be set up.
    convenience init?(_ server: ServerConfiguration, logger: Logger) throws(ServerStartError) {
        guard let endpoint = server.tracingEndpoint else { return nil }
        var configuration = SpanExporter.Configuration(
            endpoint: endpoint,
            resource: [
                .init(SpanKey.serviceName, .string("aether")),
                .init(SpanKey.serviceVersion, .string(AetherVersion.current)),
                .init(SpanKey.serviceInstanceID, .string(WorkflowIDGenerator.make())),
            ], version: AetherVersion.current)
        configuration.headers = server.tracingHeaders
        configuration.interval = server.tracingInterval
        configuration.flushLimit = server.flushTimeout
        do throws(OTLPError) {
            try self.init(configuration, logger: logger)
        } catch {
            throw ServerStartError(message: "spans can't be sent: \(error.message)")
        }
    }
}

extension EngineTracer {
    init(sampleRatio: Double, exporter: SpanExporter, random: @escaping @Sendable () -> UInt64) {
        self.init(
            sampleRatio: sampleRatio, now: { DefaultTracerClock.now.nanosecondsSinceEpoch }, random: random,
            record: { exporter.record($0) })
    }
}
