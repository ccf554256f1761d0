internal import Aether
internal import ArgumentParser

/// A parent and its children.
struct BenchFanoutCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "fanout", abstract: "One workflow with many children of one step, all at once.")

    @Option(help: "How many children.")
    var children = 1_000

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [("children", children)] }

    func validate() throws {
        try BenchOptions.check(children, "--children", atMost: 100_000)
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: children + 1)
        // What is new to the processes is not measured.
        _ = try await bed.workflows.fanout.startAndWait(BenchWorkflows.Size(steps: min(children, 10)))
        return try await bed.measure(workflows: children + 1, steps: children) {
            try await bed.drive(1, concurrency: 1) { _ in
                try await bed.workflows.fanout.startAndWait(BenchWorkflows.Size(steps: children))
            }
        }
    }
}
