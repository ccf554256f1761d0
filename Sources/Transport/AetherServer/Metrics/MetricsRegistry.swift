internal import AetherActors
internal import CoreMetrics

/// The metrics of one server, of the families of the catalog: written through swift-metrics, read by whoever shows them.
///
/// All series are there from the beginning. What is no series of the catalog goes nowhere, so that neither a name nor a label's
/// value can come from what users choose.
final class MetricsRegistry: MetricsFactory {
    private struct Key: Hashable {
        var name: String
        var label: String?
    }

    private enum Cell {
        case count(CountCell)
        case number(NumberCell)
        case histogram(HistogramCell)

        init(_ definition: MetricDefinition) {
            switch (definition.kind, definition.unit) {
            case (.counter, .one): self = .count(CountCell())
            case (.counter, _), (.gauge, _): self = .number(NumberCell())
            case (.histogram(let bounds), _): self = .histogram(HistogramCell(bounds: bounds))
            }
        }

        var value: MetricFamily.Value? {
            switch self {
            case .count(let cell): .integer(cell.value)
            case .number(let cell): cell.value.map { .number($0) }
            case .histogram(let cell): .histogram(cell.snapshot)
            }
        }
    }

    private let definitions: [MetricDefinition]
    private let cells: [Key: Cell]

    init(_ definitions: [MetricDefinition] = MetricCatalog.all(version: AetherVersion.current)) {
        self.definitions = definitions
        var cells: [Key: Cell] = [:]
        for definition in definitions {
            for label in definition.labels { cells[Key(name: definition.name, label: label)] = Cell(definition) }
        }
        self.cells = cells
        set(MetricCatalog.buildInfo(version: AetherVersion.current), AetherVersion.current, to: 1)
    }

    /// All families that have a value, in the order of the catalog.
    var families: [MetricFamily] {
        definitions.compactMap { definition in
            let series = definition.labels.compactMap { label in
                cells[Key(name: definition.name, label: label)]?.value.map {
                    MetricFamily.Series(label: label, value: $0)
                }
            }
            return series.isEmpty ? nil : MetricFamily(definition: definition, series: series)
        }
    }

    /// Sets a number that no instrument writes.
    func set(_ definition: MetricDefinition, _ label: String? = nil, to value: Double) {
        guard case .number(let cell) = cells[Key(name: definition.name, label: label)] else { return }
        cell.set(value)
    }

    /// Where instruments come from that are read here and, if the process has bootstrapped a backend of its own, there.
    func factory(besides system: any MetricsFactory = MetricsSystem.factory) -> any MetricsFactory {
        system is NOOPMetricsHandler ? self : MultiplexMetricsHandler(factories: [self, system])
    }

    /// Whether the process has a backend of its own that is told too.
    static var hasBackend: Bool { !(MetricsSystem.factory is NOOPMetricsHandler) }

    private func cell(_ name: String, _ dimensions: [(String, String)]) -> Cell? {
        cells[Key(name: name, label: dimensions.first?.1)]
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .count(let cell) = cell(label, dimensions) { cell } else { NOOPMetricsHandler.instance }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .number(let cell) = cell(label, dimensions) { cell } else { NOOPMetricsHandler.instance }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        switch cell(label, dimensions) {
        case .histogram(let cell) where aggregate: cell
        case .number(let cell) where !aggregate: cell
        default: NOOPMetricsHandler.instance
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        if case .histogram(let cell) = cell(label, dimensions) { cell } else { NOOPMetricsHandler.instance }
    }

    // The series of a server are there as long as it is.
    func destroyCounter(_: any CounterHandler) {}
    func destroyMeter(_: any MeterHandler) {}
    func destroyRecorder(_: any RecorderHandler) {}
    func destroyTimer(_: any TimerHandler) {}
}

extension MetricDefinition {
    /// What its series are told apart by; one `nil` when it has one series.
    fileprivate var labels: [String?] { label.map { $0.values } ?? [nil] }
}
