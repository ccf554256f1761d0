internal import ArgumentParser

/// `aether workflow …`.
struct WorkflowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workflow",
        abstract: "List, start, steer and look into workflows.",
        subcommands: [
            WorkflowListCommand.self, WorkflowStartCommand.self, WorkflowHistoryCommand.self,
            WorkflowSignalCommand.self, WorkflowTerminateCommand.self, WorkflowDeleteCommand.self,
        ])
}
