internal import AetherTracing

extension SettingValue {
    var otlpEndpoint: OTLPEndpoint {
        get throws(CommandFailure) {
            do throws(OTLPError) {
                return try OTLPEndpoint(text)
            } catch {
                throw wrong("names no collector: \(error.message)")
            }
        }
    }
}
