internal import Aether
internal import ArgumentParser

/// Activities, done by other processes than the workflows.
struct BenchActivitiesCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "activities",
        abstract: "Workflows whose activities other worker processes do.",
        discussion: "There are so many processes for activities as for workflows; a step is an activity here.")

    @Option(help: "How many workflows.")
    var workflows = 10_000

    @Option(help: "How many activities each, one after the other.")
    var activities = 10

    @Option(help: "How many workflows at once.")
    var concurrency = 1_000

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] {
        [("workflows", workflows), ("activities", activities), ("concurrency", concurrency)]
    }

    func validate() throws {
        try BenchOptions.check(workflows, "--workflows")
        try BenchOptions.check(activities, "--activities", atMost: 100_000)
        try BenchOptions.check(concurrency, "--concurrency", atMost: 1_000_000)
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: concurrency)
        try await bed.startWorkers(.activities, tasks: concurrency)
        return try await bed.measure(workflows: workflows, steps: workflows * activities) {
            try await bed.drive(workflows, concurrency: concurrency) { _ in
                try await bed.workflows.activities.startAndWait(BenchWorkflows.Size(steps: activities))
            }
        }
    }
}
