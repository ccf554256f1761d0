internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow terminate`.
struct WorkflowTerminateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminate",
        abstract: "Ends a workflow at once, without asking its code.",
        discussion: """
            For a workflow that can't clean up: it is blocked, or no worker has it. Its children end with it, but for those \
            that were started to be abandoned. 'aether cancel' asks the workflow's code first.
            """)

    @Argument(help: "The workflow's id.")
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_TerminateRequest.with { $0.workflowID = id }
        try await ServerConnection.open(connection) { server in
            _ = try await server.client.terminateWorkflow(request, options: server.options)
        }
        let document = JSONValue.object(["id": .string(id), "terminated": .bool(true)])
        try StandardOutput().writeLine(connection.json ? document.text : Cell.visible("Terminated \(id)."))
    }
}
