internal import AetherActors
internal import AetherRuntime

/// All that is measured of a server, at one moment.
struct MetricsReading: Sendable {
    var time: Timestamp
    var engine: Engine.Metrics
    var usage: ProcessUsage
    var families: [MetricFamily]

    /// How often something has happened since the server started, whatever the label.
    func count(_ definition: MetricDefinition) -> Int64 {
        families.first { $0.definition.name == definition.name }?.total ?? 0
    }

    /// What a histogram has counted since the server started, whatever the label.
    func histogram(_ definition: MetricDefinition) -> HistogramSnapshot? {
        families.first { $0.definition.name == definition.name }?.histogram
    }
}
