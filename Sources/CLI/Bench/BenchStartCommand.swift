internal import Aether
internal import ArgumentParser

/// From the start of a workflow to its result.
struct BenchStartCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Workflows of one step, from their start to their result.")

    @Option(help: "How many workflows.")
    var workflows = 20_000

    @Option(help: "How many at once.")
    var concurrency = 1_000

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [("workflows", workflows), ("concurrency", concurrency)] }

    func validate() throws {
        try BenchOptions.check(workflows, "--workflows")
        try BenchOptions.check(concurrency, "--concurrency", atMost: 1_000_000)
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: concurrency)
        return try await bed.measure(workflows: workflows, steps: workflows) {
            try await bed.drive(workflows, concurrency: concurrency) { _ in
                try await bed.workflows.steps.startAndWait(BenchWorkflows.Size(steps: 1))
            }
        }
    }
}
