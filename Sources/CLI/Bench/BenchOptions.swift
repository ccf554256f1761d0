internal import Aether
internal import AetherRuntime
internal import ArgumentParser

/// What every workload takes.
struct BenchOptions: ParsableArguments {
    @Option(help: "The server to measure, http://host:port. Default: one of its own, in a process beside it.")
    var server: String?

    @Option(help: "How durable the workflows are: memory, snapshot or state-action-log.")
    var persistence = TierArgument(tier: .stateActionLog)

    @Option(help: "How many worker processes.")
    var workers = 1

    @Option(
        help: ArgumentHelp(
            "A program to measure as worker too, beside this one's own.",
            discussion: """
                A command line. The program takes the options of the worker and serves its workflows, prints a line when it is \
                ready, and ends when its standard input does.
                """))
    var workerCommand: String?

    @Option(help: "How often to measure, each time with a new database; the figures are medians.")
    var runs = 1

    @Flag(help: "Print one JSON document.")
    var json = false

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("--workers must be from 1 to 64") }
        guard (1...1_000).contains(runs) else { throw ValidationError("--runs must be from 1 to 1000") }
        guard workerCommand?.isEmpty != true else { throw ValidationError("--worker-command is empty") }
    }

    /// The programs to measure as workers, one after the other.
    var workerPrograms: [BenchProcess.Program] {
        [.itself] + (workerCommand.map { [.command($0)] } ?? [])
    }

    static func check(_ value: Int, _ name: String, atMost limit: Int = 10_000_000) throws {
        guard (1...limit).contains(value) else { throw ValidationError("\(name) must be from 1 to \(limit)") }
    }
}

/// A persistence tier as people type it.
struct TierArgument: ExpressibleByArgument {
    var tier: PersistenceTier

    init(tier: PersistenceTier) {
        self.tier = tier
    }

    init?(argument: String) {
        guard let tier = PersistenceTier(name: argument) else { return nil }
        self.init(tier: tier)
    }

    var defaultValueDescription: String { tier.name }

    var persistence: Persistence {
        switch tier {
        case .memory: .memory
        case .snapshot: .snapshot
        case .stateActionLog: .stateActionLog
        }
    }
}
