internal import ArgumentParser

/// `aether bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures how fast workflows run here.",
        discussion: """
            Starts a server of its own, with its database in a folder of this directory that is removed afterwards, and \
            worker processes; then drives them. With --server it measures the server that is there: the workflows stay \
            on it, and what its process uses is not known.
            """,
        subcommands: [
            BenchStepsCommand.self, BenchSequentialCommand.self, BenchStartCommand.self, BenchFanoutCommand.self,
            BenchSleepCommand.self, BenchActivitiesCommand.self, BenchRecoverCommand.self, BenchIdleCommand.self,
            BenchWorkerCommand.self,
        ])
}
