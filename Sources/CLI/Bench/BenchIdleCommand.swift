internal import ArgumentParser

/// A server with nothing to do.
struct BenchIdleCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "idle", abstract: "What the server costs while it has workers and nothing to do.")

    @Option(help: "How long the server is watched.")
    var watch = TimeSpan(.seconds(10))

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [] }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: 1_000)
        let figures = try await bed.measure(workflows: 0, steps: 0) {}
        return figures.merging(try await bed.measureRest(for: watch.duration)) { $1 }
    }
}
