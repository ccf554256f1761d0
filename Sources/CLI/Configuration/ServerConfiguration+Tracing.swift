internal import AetherServer
internal import AetherTracing

extension ServerConfiguration {
    /// Takes what OpenTelemetry's own environment variables say, where nothing else does.
    ///
    /// - Throws: ``CommandFailure`` when they name no collector.
    mutating func takeTracing(environment: [String: String]) throws(CommandFailure) {
        let name = OTLPEnvironment.endpoint
        if tracingEndpoint == nil, let url = environment[name], !url.isEmpty {
            tracingEndpoint = try SettingValue(text: url, origin: name).otlpEndpoint
        }
        tracingHeaders = OTLPEnvironment.headers(environment)
        if let interval = OTLPEnvironment.interval(environment) { tracingInterval = interval }
    }
}
