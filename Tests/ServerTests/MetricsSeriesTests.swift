import AetherActors
import AetherJSON
import AetherRuntime
import AetherStorage
import CoreMetrics
import Synchronization
import Testing

@testable import AetherServer

@Suite("The series of metrics", .timeLimit(.minutes(5)))
struct MetricsSeriesTests {
    /// A server whose time and metrics are the test's.
    private final class Rig: Sendable {
        let registry = MetricsRegistry()
        let history = MetricsHistory()
        private let time = Mutex(Timestamp(rawValue: 59_500))
        private let cpuSeconds = Mutex(0.0)
        private let sleeps = AsyncStream<Timestamp>.makeStream()
        private let wakes = AsyncStream<Void>.makeStream()

        func reading() -> MetricsReading {
            var metrics = Engine.Metrics()
            metrics.workflows = WorkflowCounts([.pending: 3, .running: 4, .completed: 5])
            (metrics.activeRuns, metrics.connectedWorkers, metrics.capacity, metrics.held) = (6, 1, 100, 7)
            metrics.queued.activities = 2
            return MetricsReading(
                time: time.withLock { $0 }, engine: metrics,
                usage: ProcessUsage(cpuSeconds: cpuSeconds.withLock { $0 }, residentBytes: 1_000_000),
                families: registry.families)
        }

        private var clock: EngineClock {
            EngineClock(
                now: { self.time.withLock { $0 } },
                sleep: { _ in },
                sleepUntil: { instant in
                    self.sleeps.continuation.yield(instant)
                    for await _ in self.wakes.stream { return }
                    throw CancellationError()
                },
                random: { 0 })
        }

        private func nextSleep() async -> Timestamp? {
            for await instant in sleeps.stream { return instant }
            return nil
        }

        /// Runs a sampler while a body runs, which is given what lets time pass until the sampler wants to wake.
        func run(_ body: (_ pass: () async -> Void) async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let sampler = MetricsSampler(clock: clock, history: history, read: { self.reading() })
                group.addTask { await sampler.run() }
                var next = await nextSleep()
                try await body {
                    guard let instant = next else { return }
                    time.withLock { $0 = instant }
                    wakes.continuation.yield()
                    next = await nextSleep()
                }
                wakes.continuation.finish()
            }
        }

        func work(cpuSeconds seconds: Double) { cpuSeconds.withLock { $0 += seconds } }
    }

    @Test("has what happened in each second, and how things stood at its end")
    func seconds() async throws {
        let rig = Rig()
        let commits = Counter(label: MetricCatalog.commits.name, dimensions: [], factory: rig.registry)
        let closed = ["completed", "failed"].map {
            Counter(label: MetricCatalog.workflowsClosed.name, dimensions: [("state", $0)], factory: rig.registry)
        }
        let waits = ["workflow", "activity"].map {
            Timer(label: MetricCatalog.queueWait.name, dimensions: [("kind", $0)], factory: rig.registry)
        }
        commits.increment(by: 1_000)
        try await rig.run { pass in
            #expect(rig.history.newest == nil)
            commits.increment(by: 10)
            for counter in closed { counter.increment(by: 2) }
            for timer in waits { timer.recordNanoseconds(80_000_000) }
            rig.work(cpuSeconds: 0.25)
            await pass()
            let first = try #require(rig.history.newest)
            #expect(first.number == 1 && first.sample.time == Timestamp(rawValue: 60_000))
            // Half a second has passed.
            #expect(first.sample.commits == 20 && first.sample.workflowsClosed == 8 && first.sample.cpu == 0.5)
            let wait = try #require(first.sample.queueSeconds)
            #expect([wait.p50, wait.p95, wait.p99].map { ($0 * 10_000).rounded() } == [750, 975, 995])
            #expect(first.sample.commitSeconds == nil)
            #expect((first.sample.queueDepth, first.sample.workers, first.sample.capacity) == (2, 1, 100))
            #expect((first.sample.held, first.sample.activeRuns, first.sample.memoryBytes) == (7, 6, 1_000_000))
            #expect((first.sample.pending, first.sample.running) == (3, 4))
            commits.increment(by: 5)
            await pass()
            let second = try #require(rig.history.newest)
            #expect(second.number == 2 && second.sample.commits == 5 && second.sample.queueSeconds == nil)
            #expect(rig.history.samples(.second) == [first.sample, second.sample])
            #expect(rig.history.samples(.second, after: first.sample.time) == [second.sample])
            #expect(rig.history.samples(.second, after: second.sample.time) == [])
        }
    }

    @Test("has what happened in each minute, and keeps so many samples and no more")
    func minutes() async throws {
        let rig = Rig()
        let commits = Counter(label: MetricCatalog.commits.name, dimensions: [], factory: rig.registry)
        let sizes = Recorder(
            label: MetricCatalog.commitEntries.name, dimensions: [], aggregate: true, factory: rig.registry)
        try await rig.run { pass in
            await pass()
            for _ in 0..<60 {
                commits.increment(by: 60)
                sizes.record(1)
                await pass()
            }
            let minutes = rig.history.samples(.minute)
            #expect(minutes.map(\.time.rawValue) == [60_000, 120_000])
            #expect(minutes.map(\.commits) == [0, 60])
            #expect(minutes.map { $0.commitEntries?.p50 } == [nil, 1])
            for _ in 0..<900 { await pass() }
            let seconds = rig.history.samples(.second)
            #expect(seconds.count == 900 && seconds.last?.time == Timestamp(rawValue: 1_020_000))
            #expect(seconds.first?.time == Timestamp(rawValue: 121_000))
            #expect(rig.history.newest?.number == 961)
            #expect(rig.history.samples(.minute).count == 17)
        }
        let sample = try #require(rig.history.samples(.minute).last)
        for _ in 0..<2_000 { rig.history.append(sample, to: .minute) }
        #expect(rig.history.samples(.minute).count == 1_440)
    }

    @Test("is told as JSON, with the names of the HTTP API")
    func json() {
        let rig = Rig()
        let earlier = rig.reading()
        Timer(label: MetricCatalog.syncDuration.name, dimensions: [], factory: rig.registry).recordNanoseconds(100_000)
        var later = rig.reading()
        later.time = Timestamp(rawValue: 61_500)
        later.usage.cpuSeconds = 1
        #expect(
            MetricsSample(from: earlier, to: later).json.text == """
                {"time":"1970-01-01T00:01:01.500Z","workflowsStarted":0,"workflowsClosed":0,"stepsCompleted":0,\
                "activitiesCompleted":0,"entries":0,"commits":0,"workflowSeconds":null,"queueSeconds":null,\
                "commitSeconds":null,"syncSeconds":{"p50":5e-05,"p95":9.5e-05,"p99":9.9e-05},"commitEntries":null,\
                "queueDepth":2,"workers":1,"capacity":100,"held":7,"activeRuns":6,"pending":3,"running":4,\
                "memoryBytes":1000000,"cpu":0.5}
                """)
    }

    @Test("of this process has its memory and its processor time")
    func process() throws {
        let usage = ProcessUsage.current
        #expect(try #require(usage.residentBytes) > 1_000_000)
        #expect(try #require(usage.cpuSeconds) > 0)
        #expect(try #require(ProcessUsage.openDescriptors) > 2)
        let started = try #require(ProcessUsage.startedAt)
        let now = Double(EngineClock.system().now().rawValue) / 1000
        #expect(started < now + 1 && started > now - 86_400)
    }
}
