internal import Aether
internal import ArgumentParser
internal import Foundation
internal import Logging

/// The worker processes of `aether bench`: serves the benchmarks' workflows until its standard input ends.
struct BenchWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", shouldDisplay: false)

    enum Role: String, ExpressibleByArgument {
        case workflows
        case activities
    }

    @Option var server: String
    @Option var workerID: String
    @Option var role: Role
    @Option var persistence: TierArgument
    @Option var tasks: Int

    func run() async throws {
        var configuration = AetherClient.Configuration()
        configuration.startsServer = false
        configuration.maximumConcurrentTasks = tasks
        configuration.maximumRunsInMemory = max(tasks, configuration.maximumRunsInMemory)
        var logger = Logger(label: "aether-bench")
        logger.logLevel = .error
        let client = AetherClient(
            serverURL: server, workerID: workerID, service: role == .activities ? "bench" : nil,
            configuration: configuration, logger: logger)
        let gate = BenchGate()
        let workflows = BenchWorkflows(client, persistence: persistence.persistence, gate: gate)
        let servables: [any Servable] = role == .activities ? [workflows.activity] : workflows.all
        try await client.serve(servables) { _ in
            try StandardOutput().writeLine("ready")
            // A thread of its own, since reading blocks. It ends with the input.
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    while readLine() != nil { gate.open() }
                    continuation.resume()
                }
            }
        }
    }
}
