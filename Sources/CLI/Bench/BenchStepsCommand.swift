internal import Aether
internal import ArgumentParser

/// Many workflows of many steps.
struct BenchStepsCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "steps", abstract: "Workflows of several steps, many at once.")

    @Option(help: "How many workflows.")
    var workflows = 10_000

    @Option(help: "How many steps each.")
    var steps = 10

    @Option(help: "How many workflows at once.")
    var concurrency = 1_000

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] {
        [("workflows", workflows), ("steps", steps), ("concurrency", concurrency)]
    }

    func validate() throws {
        try BenchOptions.check(workflows, "--workflows")
        try BenchOptions.check(steps, "--steps", atMost: 100_000)
        try BenchOptions.check(concurrency, "--concurrency", atMost: 1_000_000)
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        // Room for more: where several load a cluster, each server has its share of all, and a worker of its own.
        try await bed.startWorkers(tasks: 2 * concurrency)
        let size = BenchWorkflows.Size(steps: steps)
        return try await bed.measure(workflows: workflows, steps: workflows * steps) {
            try await bed.drive(workflows, concurrency: concurrency) { _ in
                try await bed.workflows.steps.startAndWait(size)
            }
        }
    }
}
