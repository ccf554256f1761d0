internal import Aether
internal import ArgumentParser

/// One workflow alone.
struct BenchSequentialCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "sequential",
        abstract: "One workflow, one step after the other.",
        discussion: "The latency is that of a step: from the moment it runs to the moment the next one runs.")

    @Option(help: "How many steps.")
    var steps = 5_000

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [("steps", steps)] }

    func validate() throws {
        try BenchOptions.check(steps, "--steps", atMost: 100_000)
        guard steps > 1 else { throw ValidationError("--steps must be 2 or more") }
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: 100)
        // What is new to the processes is not measured.
        _ = try await bed.workflows.sequential.startAndWait(BenchWorkflows.Size(steps: min(steps, 100)))
        return try await bed.measure(workflows: 1, steps: steps) {
            bed.progress.begin(of: 0)
            let instants = try await bed.workflows.sequential.startAndWait(BenchWorkflows.Size(steps: steps))
            for (earlier, later) in zip(instants, instants.dropFirst()) { bed.record(nanoseconds: later - earlier) }
        }
    }
}
