internal import Aether
internal import ArgumentParser

/// Workflows that sleep.
struct BenchSleepCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "sleep",
        abstract: "Workflows that sleep: what starting them takes, and what they cost while they all sleep.")

    @Option(help: "How many workflows.")
    var workflows = 100_000

    @Option(help: "How many are being started at once.")
    var concurrency = 1_000

    @Option(help: "How long the server is watched while all sleep.")
    var watch = TimeSpan(.seconds(10))

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [("workflows", workflows), ("concurrency", concurrency)] }

    func validate() throws {
        try BenchOptions.check(workflows, "--workflows")
        try BenchOptions.check(concurrency, "--concurrency", atMost: 1_000_000)
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: concurrency)
        // Long enough for all to sleep at the same time.
        let nap = BenchWorkflows.Nap(seconds: 24 * 3600)
        let figures = try await bed.measure(workflows: workflows, steps: workflows) {
            try await bed.drive(workflows, concurrency: concurrency) { _ in
                _ = try await bed.workflows.sleep.start(nap)
            }
        }
        try await bed.untilQuiet()
        return figures.merging(try await bed.measureRest(for: watch.duration)) { $1 }
    }
}
