internal import Aether
internal import AetherJSON
internal import ArgumentParser

/// A workload of `aether bench`, which is a command of its own.
protocol BenchWorkload: AsyncParsableCommand, Sendable {
    var bench: BenchOptions { get }
    /// What is run, as the table and the document say it.
    var sizes: [(name: String, value: Int)] { get }

    /// One run, on a server that has seen nothing else.
    func measure(on bed: BenchBed) async throws -> Figures
}

extension BenchWorkload {
    static var name: String { configuration.commandName ?? "" }

    func run() async throws {
        let stopped = CommandFailure("stopped", exitCode: CommandFailure.interrupted)
        let report = try await Interruption.race(onInterrupt: stopped) { try await measureAll() }
        try StandardOutput().write(bench.json ? report.json.text + "\n" : report.text(terminal: .current()))
    }

    private func measureAll() async throws -> BenchReport {
        var runs: [Figures] = []
        for number in 1...bench.runs {
            let title = bench.runs > 1 ? "\(Self.name) \(number)/\(bench.runs)" : Self.name
            let progress = ProgressBar(title, terminal: .current(2))
            do {
                runs.append(
                    try await progress.shown {
                        try await BenchBed.with(bench, progress: progress) { try await measure(on: $0) }
                    })
            } catch let error as AetherError {
                throw CommandFailure("the benchmark failed: \(error.message)")
            } catch let error as WorkflowFailed {
                throw CommandFailure("a workflow of the benchmark failed: \(error.message)")
            }
        }
        return BenchReport(
            workload: Self.name, tier: bench.persistence.tier, sizes: sizes, workers: bench.workers, runs: runs.count,
            figures: .medians(runs))
    }
}
