import Benchmark

/// What a step passes on its way through the server, one benchmark each.
///
/// CPU time is what is checked. The kernel counts it in ticks of 10 ms, hence the many repetitions in a sample; the
/// tolerance, twice as much, is that of a virtual machine with neighbours.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.cpuTotal, .wallClock],
        warmupIterations: 1,
        maxDuration: .seconds(4),
        maxIterations: 10,
        thresholds: [.cpuTotal: BenchmarkThresholds(relative: [.p90: 100])])
    benchmarkDecisions()
    benchmarkCoding()
    benchmarkTransport()
    benchmarkStores()
}
