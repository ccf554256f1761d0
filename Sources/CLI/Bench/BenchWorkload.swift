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
        let reports = try await Interruption.race(onInterrupt: stopped) { try await measureAll() }
        for report in reports {
            try StandardOutput().write(bench.json ? report.json.text + "\n" : report.text(terminal: .current()))
        }
    }

    /// Measures each program in turn, so that whatever else the machine does meanwhile meets all alike.
    private func measureAll() async throws -> [BenchReport] {
        let programs = bench.workerPrograms
        var runs: [BenchProcess.Program: [Figures]] = [:]
        for number in 1...bench.runs {
            for program in programs { runs[program, default: []].append(try await measure(program, run: number)) }
        }
        return programs.map { program in
            BenchReport(
                workload: Self.name, tier: bench.persistence.tier, sizes: sizes, workers: bench.workers,
                program: programs.count > 1 ? program : nil, runs: bench.runs, figures: .medians(runs[program] ?? []))
        }
    }

    private func measure(_ program: BenchProcess.Program, run number: Int) async throws -> Figures {
        let title = bench.runs > 1 ? "\(Self.name) \(number)/\(bench.runs)" : Self.name
        let progress = ProgressBar(title, terminal: .current(2))
        do {
            return try await progress.shown {
                try await BenchBed.with(bench, workers: program, progress: progress) { try await measure(on: $0) }
            }
        } catch let error as AetherError {
            throw CommandFailure("the benchmark failed: \(error.message)")
        } catch let error as WorkflowFailed {
            throw CommandFailure("a workflow of the benchmark failed: \(error.message)")
        }
    }
}
