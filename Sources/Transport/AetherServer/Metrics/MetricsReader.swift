internal import AetherActors

/// The one source of what is told of a server's metrics: the Prometheus page, `GetMetrics`, the text page and the series.
struct MetricsReader: Sendable {
    private let engine: Engine
    private let clock: EngineClock
    private let registry: MetricsRegistry
    private let gauges: EngineGauges

    init(engine: Engine, clock: EngineClock, registry: MetricsRegistry, gauges: EngineGauges) {
        self.engine = engine
        self.clock = clock
        self.registry = registry
        self.gauges = gauges
    }

    /// Reads what costs next to nothing.
    ///
    /// - Throws: `EngineError` `unavailable`, when the database is closed.
    func read() async throws(EngineError) -> MetricsReading {
        let (metrics, usage) = (try await engine.metrics(), ProcessUsage.current)
        gauges.set(metrics)
        if let seconds = usage.cpuSeconds { registry.set(MetricCatalog.cpuTime, to: seconds) }
        if let bytes = usage.residentBytes { registry.set(MetricCatalog.residentMemory, to: Double(bytes)) }
        return MetricsReading(time: clock.now(), engine: metrics, usage: usage, families: registry.families)
    }

    /// Reads everything, for a scraper.
    ///
    /// - Throws: `EngineError` `unavailable`, when the database is closed.
    func readAll() async throws(EngineError) -> MetricsReading {
        if let count = ProcessUsage.openDescriptors { registry.set(MetricCatalog.openDescriptors, to: Double(count)) }
        if let time = ProcessUsage.startedAt { registry.set(MetricCatalog.startTime, to: time) }
        return try await read()
    }
}
