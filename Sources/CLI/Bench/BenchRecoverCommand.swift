internal import Aether
internal import AetherProtocol
internal import AetherRuntime
internal import ArgumentParser

/// A server that was killed, and started again.
struct BenchRecoverCommand: BenchWorkload {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Open workflows, each in its second step, and a server that is killed and started again.",
        discussion: """
            Times count from the start of the new server: until the first of the workflows has completed, and until \
            all have.
            """)

    @Option(help: "How many workflows.")
    var workflows = 100_000

    @Flag(help: "Kill the workers too; new processes of the same names take their place, and replay.")
    var killWorkers = false

    @OptionGroup var bench: BenchOptions

    var sizes: [(name: String, value: Int)] { [("workflows", workflows)] }

    func validate() throws {
        try BenchOptions.check(workflows, "--workflows", atMost: 1_000_000)
        guard bench.server == nil else { throw ValidationError("recover kills its server: --server is not possible") }
        guard bench.persistence.tier != .memory else {
            throw ValidationError("nothing is left to recover with --persistence memory")
        }
    }

    func measure(on bed: BenchBed) async throws -> Figures {
        try await bed.startWorkers(tasks: workflows)
        try await bed.drive(workflows, concurrency: 1_000) { _ in _ = try await bed.workflows.gated.start() }
        try await bed.untilQuiet()
        try bed.killServer()
        if killWorkers { bed.killWorkers() }
        let begin = ContinuousClock.now
        try await bed.restartServer()
        if killWorkers { try await bed.startWorkers(tasks: workflows) }
        try bed.openGates()
        var figures: Figures = [:]
        bed.progress.begin(of: workflows)
        var completed = 0
        while completed < workflows {
            let count = Int(try await bed.metrics().completedWorkflows)
            if count > 0, completed == 0 { figures[.firstProgress] = (.now - begin) / .seconds(1) }
            for _ in completed..<max(completed, count) { bed.progress.advance() }
            completed = count
            if completed < workflows { try await Task.sleep(for: Self.interval) }
        }
        figures[.allResumed] = (.now - begin) / .seconds(1)
        return figures
    }

    private static let interval = Duration.milliseconds(20)
}
