import AetherActors
import AetherRuntime
import AetherStorage
import CoreMetrics
import MetricsTestKit
import Testing

@testable import AetherServer

@Suite("The registry of metrics")
struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    private func family(_ definition: MetricDefinition) -> MetricFamily? {
        registry.families.first { $0.definition == definition }
    }

    private var lines: [Substring] { PrometheusText(registry.families).text.split(separator: "\n") }

    @Test("has all counters and histograms with all values of their labels from the beginning")
    func complete() {
        let shown = registry.families.map(\.definition)
        for definition in MetricCatalog.all(version: AetherVersion.current)
        where definition.kind != .gauge && definition != MetricCatalog.cpuTime {
            #expect(shown.contains(definition), "\(definition.name)")
        }
        #expect(family(MetricCatalog.workflowsClosed)?.series.map(\.label) == ["completed", "failed", "cancelled"])
        #expect(family(MetricCatalog.queueDepth) == nil)
        for family in registry.families {
            #expect(family.series.count == family.definition.label?.values.count ?? 1)
        }
    }

    @Test("takes nothing that is not in the catalog")
    func bounded() {
        let before = registry.families
        Counter(label: "made_up_total", dimensions: [], factory: registry).increment()
        Counter(label: MetricCatalog.workflowsClosed.name, dimensions: [("state", "made up")], factory: registry)
            .increment()
        Counter(label: MetricCatalog.commitDuration.name, dimensions: [], factory: registry).increment()
        Timer(label: MetricCatalog.commits.name, dimensions: [], factory: registry).recordNanoseconds(1)
        Meter(label: MetricCatalog.commits.name, dimensions: [], factory: registry).set(5)
        Recorder(label: MetricCatalog.ready.name, dimensions: [], aggregate: true, factory: registry).record(5)
        #expect(registry.families == before)
    }

    @Test("counts, keeps gauges, and sorts what is measured into buckets, up to and with their bounds")
    func values() throws {
        let counter = Counter(label: MetricCatalog.commits.name, dimensions: [], factory: registry)
        counter.increment(by: 3)
        counter.increment()
        #expect(family(MetricCatalog.commits)?.total == 4)
        registry.set(MetricCatalog.residentMemory, to: 1.5)
        #expect(family(MetricCatalog.residentMemory)?.series.map(\.value) == [.number(1.5)])
        let sizes = Recorder(
            label: MetricCatalog.commitEntries.name, dimensions: [], aggregate: true, factory: registry)
        for size in [1, 2, 3, 20_000] { sizes.record(size) }
        let histogram = try #require(family(MetricCatalog.commitEntries)?.histogram)
        #expect(Array(histogram.counts.prefix(4)) == [1, 1, 1, 0] && histogram.counts.last == 1)
        #expect(histogram.sum == 20_006 && histogram.count == 4)
        Timer(label: MetricCatalog.commitDuration.name, dimensions: [], factory: registry).recordNanoseconds(2_000_000)
        let commits = try #require(family(MetricCatalog.commitDuration)?.histogram)
        #expect(commits.sum == 0.002)
    }

    @Test("is written by many at once and loses nothing")
    func concurrent() async {
        let timer = Timer(label: MetricCatalog.commitDuration.name, dimensions: [], factory: registry)
        let counter = Counter(label: MetricCatalog.commits.name, dimensions: [], factory: registry)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        timer.recordNanoseconds(1_000_000)
                        counter.increment()
                    }
                }
            }
        }
        #expect(family(MetricCatalog.commits)?.total == 8_000)
        #expect(family(MetricCatalog.commitDuration)?.histogram?.count == 8_000)
    }

    @Test("stands beside the backend of the process, if that has one")
    func multiplexed() throws {
        #expect(registry.factory(besides: NOOPMetricsHandler.instance) is MetricsRegistry)
        let backend = TestMetrics()
        let factory = registry.factory(besides: backend)
        Counter(label: MetricCatalog.commits.name, dimensions: [], factory: factory).increment(by: 2)
        var metrics = Engine.Metrics()
        metrics.connectedWorkers = 3
        EngineGauges(factory: factory).set(metrics)
        #expect(family(MetricCatalog.commits)?.total == 2)
        #expect(backend.counterTotal(label: "aether_commits_total") == 2)
        #expect(family(MetricCatalog.workersConnected)?.series.map(\.value) == [.number(3)])
        #expect(try backend.expectMeter("aether_workers_connected").lastValue == 3)
    }

    @Test("is shown in Prometheus' text format")
    func text() {
        var metrics = Engine.Metrics()
        metrics.workflows = WorkflowCounts([.pending: 1, .running: 2, .completed: 30, .failed: 4])
        (metrics.activeRuns, metrics.connectedWorkers, metrics.capacity, metrics.held) = (3, 5, 50, 7)
        metrics.unavailability = "the server drains"
        EngineGauges(factory: registry).set(metrics)
        Counter(label: "aether_workflows_expired_total", dimensions: [], factory: registry).increment(by: 8)
        for nanoseconds in [3_000_000, 3_000_000, 2_000_000_000] {
            Timer(label: "aether_queue_wait_seconds", dimensions: [("kind", "workflow")], factory: registry)
                .recordNanoseconds(nanoseconds)
        }
        let lines = lines
        for line in [
            "# TYPE aether_workflows gauge", "aether_workflows{state=\"running\"} 2",
            "aether_workflows{state=\"cancelled\"} 0", "aether_workflows_in_memory 3", "aether_workers_connected 5",
            "aether_worker_task_capacity 50", "aether_worker_tasks_held 7", "aether_workflows_expired_total 8",
            "aether_ready 0", "aether_build_info{version=\"\(AetherVersion.current)\"} 1",
            "# TYPE aether_queue_wait_seconds histogram",
            "aether_queue_wait_seconds_bucket{kind=\"workflow\",le=\"0.0025\"} 0",
            "aether_queue_wait_seconds_bucket{kind=\"workflow\",le=\"0.005\"} 2",
            "aether_queue_wait_seconds_bucket{kind=\"workflow\",le=\"1\"} 2",
            "aether_queue_wait_seconds_bucket{kind=\"workflow\",le=\"+Inf\"} 3",
            "aether_queue_wait_seconds_sum{kind=\"workflow\"} 2.006",
            "aether_queue_wait_seconds_count{kind=\"workflow\"} 3",
        ] {
            #expect(lines.contains(line[...]), "\(line)")
        }
        #expect(PrometheusText(registry.families).text.hasSuffix("\n"))
    }

    @Test("escapes what the text format has another use for")
    func escaping() {
        let definition = MetricCatalog.buildInfo(version: "a\\b\"c\nd")
        let registry = MetricsRegistry([definition])
        registry.set(definition, "a\\b\"c\nd", to: .infinity)
        #expect(
            PrometheusText(registry.families).text.hasSuffix("aether_build_info{version=\"a\\\\b\\\"c\\nd\"} +Inf\n"))
    }
}
