internal import Aether
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import Histogram
internal import Synchronization

/// One run of a benchmark: a server, workers, and this process as their client.
final class BenchBed: Sendable {
    private struct State {
        var server: BenchServer?
        var workers: [BenchProcess] = []
        var latencies = BenchBed.emptyHistogram
    }

    let options: BenchOptions
    private let workerProgram: BenchProcess.Program
    let client: AetherClient
    let workflows: BenchWorkflows
    let progress: ProgressBar
    private let folder: URL
    private let state = Mutex(State())

    /// From a microsecond to an hour, to three digits.
    private static var emptyHistogram: Histogram<UInt64> {
        Histogram(
            lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
    }

    private init(
        _ options: BenchOptions, _ workerProgram: BenchProcess.Program, folder: URL, server: BenchServer,
        progress: ProgressBar
    ) {
        self.options = options
        self.workerProgram = workerProgram
        self.folder = folder
        self.progress = progress
        var configuration = AetherClient.Configuration()
        configuration.startsServer = false
        client = AetherClient(serverURL: server.url, configuration: configuration)
        workflows = BenchWorkflows(client, persistence: options.persistence.persistence)
        state.withLock { $0.server = server }
    }

    /// Starts what is to be measured; when the body ends, all of it is gone.
    static func with<Result: Sendable>(
        _ options: BenchOptions, workers program: BenchProcess.Program, progress: ProgressBar,
        _ body: (BenchBed) async throws -> Result
    ) async throws -> Result {
        let folder = URL(fileURLWithPath: ".aether-bench-\(UUID().uuidString.prefix(8))")
        if options.server == nil {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            } catch {
                throw CommandFailure(
                    "can't make a folder for the database of the benchmark here: \(error.localizedDescription)")
            }
        }
        defer { if options.server == nil { try? FileManager.default.removeItem(at: folder) } }
        let server: BenchServer
        if let url = options.server {
            server = BenchServer(url: try ServerURL(url).description)
        } else {
            server = try await BenchServer(in: folder)
        }
        let bed = BenchBed(options, program, folder: folder, server: server, progress: progress)
        defer { bed.stop() }
        // Workers would wait for a server that is not there; this says so.
        _ = try await bed.metrics()
        return try await body(bed)
    }

    var server: BenchServer {
        get throws(CommandFailure) {
            guard let server = state.withLock({ $0.server }) else { throw CommandFailure("the server is stopped") }
            return server
        }
    }

    private func stop() {
        let (server, workers) = state.withLock { state in
            defer { (state.server, state.workers) = (nil, []) }
            return (state.server, state.workers)
        }
        for worker in workers { worker.endInput() }
        for worker in workers { worker.waitUntilEnd() }
        server?.process?.kill()
    }

    // MARK: Processes

    /// Starts the workers that `--workers` asks for, each with its share of the places for runs or activities.
    func startWorkers(_ role: BenchWorkerCommand.Role = .workflows, tasks: Int) async throws {
        let url = try server.url
        for number in 1...options.workers {
            let worker = try BenchProcess(
                "worker",
                [
                    "bench", "worker", "--server", url, "--worker-id",
                    "bench-\(role.rawValue)-\(number)-\(ProcessInfo.processInfo.processIdentifier)",
                    "--role", role.rawValue, "--persistence", options.persistence.tier.name,
                    "--tasks", String((tasks + options.workers - 1) / options.workers),
                ], program: workerProgram)
            state.withLock { $0.workers.append(worker) }
            try await worker.untilReady()
        }
    }

    func killWorkers() {
        let workers = state.withLock { state in
            defer { state.workers = [] }
            return state.workers
        }
        for worker in workers { worker.kill() }
    }

    /// Lets the workers' gated steps end.
    func openGates() throws {
        for worker in state.withLock({ $0.workers }) { try worker.write("open") }
    }

    func killServer() throws {
        try server.process?.kill()
    }

    /// Starts the server again, at the same place.
    func restartServer() async throws {
        let server = try await BenchServer(in: folder, port: server.port)
        state.withLock { $0.server = server }
    }

    // MARK: Load

    /// Runs a body so many times, a number of them at once, and measures how long each takes.
    func drive(
        _ count: Int, concurrency: Int, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        progress.begin(of: count)
        let indices = LoadIndices(count: count)
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<min(count, concurrency) {
                group.addTask {
                    while let index = indices.next() {
                        let begin = ContinuousClock.now
                        try await body(index)
                        self.record(.now - begin)
                        self.progress.advance()
                    }
                }
            }
        }
    }

    func record(_ latency: Duration) {
        record(nanoseconds: Int64(latency / .nanoseconds(1)))
    }

    func record(nanoseconds: Int64) {
        state.withLock { _ = $0.latencies.record(UInt64(max(1, nanoseconds / 1_000))) }
    }

    /// Waits until nothing has been committed for a second.
    func untilQuiet() async throws {
        var last = try await metrics().entriesCommitted
        while true {
            try await Task.sleep(for: .seconds(1))
            let now = try await metrics().entriesCommitted
            if now == last { return }
            last = now
        }
    }

    func metrics() async throws -> Aether_V1_Metrics {
        try await ServerConnection.open(
            try ServerURL(try server.url), ServerCredentials(environment: ProcessInfo.processInfo.environment)
        ) { server in
            try await server.admin.getMetrics(Aether_V1_GetMetricsRequest(), options: server.options)
        }
    }

    // MARK: Measuring

    /// What the parts have used up to now.
    private struct Meter {
        var instant: ContinuousClock.Instant
        var server: ProcessUsage?
        var workers: [ProcessUsage]
        var client: ProcessUsage?
        var commits: Int64
    }

    private func meter() async throws -> Meter {
        let (server, workers) = state.withLock { ($0.server, $0.workers) }
        let commits = try await metrics().commits
        return Meter(
            instant: .now, server: server?.process?.usage, workers: workers.compactMap(\.usage),
            client: ProcessUsage(of: ProcessInfo.processInfo.processIdentifier), commits: commits)
    }

    /// Measures a body, in which so many runs come to their end with so many steps together.
    func measure(workflows: Int, steps: Int, _ body: () async throws -> Void) async throws -> Figures {
        let before = try await meter()
        let begin = ContinuousClock.now
        try await body()
        let seconds = (.now - begin) / .seconds(1)
        let after = try await meter()
        var figures: Figures = [
            .seconds: seconds, .workflowsPerSecond: Double(workflows) / seconds,
            .stepsPerSecond: Double(steps) / seconds, .commits: Double(after.commits - before.commits),
        ]
        func perStep(_ figure: Figure, _ used: Double?) {
            if let used, steps > 0 { figures[figure] = used / Double(steps) }
        }
        let workers = zip(after.workers, before.workers)
        perStep(.serverCPU, after.server.since(before.server, \.cpuSeconds).map { $0 * 1_000_000 })
        perStep(.workerCPU, workers.reduce(0) { $0 + $1.0.cpuSeconds - $1.1.cpuSeconds } * 1_000_000)
        perStep(.clientCPU, after.client.since(before.client, \.cpuSeconds).map { $0 * 1_000_000 })
        perStep(.bytesPerStep, after.server.since(before.server, \.written))
        figures[.serverPeakMemory] = after.server.map { $0.peakMemory / 1_048_576 }
        figures[.workerPeakMemory] = after.workers.map(\.peakMemory).max().map { $0 / 1_048_576 }
        let latencies = state.withLock { $0.latencies }
        if latencies.totalCount > 0 {
            figures[.latencyP50] = Double(latencies.valueAtPercentile(50)) / 1_000
            figures[.latencyP95] = Double(latencies.valueAtPercentile(95)) / 1_000
            figures[.latencyP99] = Double(latencies.valueAtPercentile(99)) / 1_000
            figures[.latencyMaximum] = Double(latencies.max) / 1_000
        }
        return figures
    }

    /// Measures the server while nothing is asked of it.
    func measureRest(for duration: Duration) async throws -> Figures {
        let server = try server
        let before = server.process?.usage
        let begin = ContinuousClock.now
        try await Task.sleep(for: duration)
        let seconds = (.now - begin) / .seconds(1)
        let after = server.process?.usage
        var figures: Figures = [:]
        figures[.serverCPUPercent] = after.since(before, \.cpuSeconds).map { $0 / seconds * 100 }
        figures[.serverMemory] = after.map { $0.memory / 1_048_576 }
        figures[.serverPeakMemory] = after.map { $0.peakMemory / 1_048_576 }
        return figures
    }
}

/// Hands out 0, 1, 2, … to those who ask at the same time.
private final class LoadIndices: Sendable {
    private let count: Int
    private let issued = Atomic(0)

    init(count: Int) {
        self.count = count
    }

    func next() -> Int? {
        let index = issued.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }
}

extension ProcessUsage? {
    fileprivate func since(_ before: ProcessUsage?, _ figure: KeyPath<ProcessUsage, Double>) -> Double? {
        guard let self, let before else { return nil }
        return self[keyPath: figure] - before[keyPath: figure]
    }
}
