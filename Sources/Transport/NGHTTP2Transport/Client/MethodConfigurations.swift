internal import GRPCCore

/// A service configuration by method: the most specific entry counts, method before service before default.
struct MethodConfigurations: Sendable {
    private var configurations: [MethodConfig.Name: MethodConfig] = [:]

    init(_ serviceConfig: ServiceConfig) {
        for configuration in serviceConfig.methodConfig {
            for name in configuration.names { configurations[name] = configuration }
        }
    }

    subscript(descriptor: MethodDescriptor) -> MethodConfig? {
        if configurations.isEmpty { return nil }
        let service = descriptor.service.fullyQualifiedService
        return configurations[MethodConfig.Name(service: service, method: descriptor.method)]
            ?? configurations[MethodConfig.Name(service: service, method: "")]
            ?? configurations[MethodConfig.Name(service: "", method: "")]
    }
}
