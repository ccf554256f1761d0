internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow delete`.
struct WorkflowDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a workflow that has ended, with its whole history.",
        discussion: """
            It can't be brought back, and its id is free then. One that has not ended is refused: end it with \
            'aether cancel' or 'aether workflow terminate' first.
            """)

    @Argument(help: "The workflow's id.")
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_DeleteRequest.with { $0.workflowID = id }
        try await ServerConnection.open(connection) { server in
            _ = try await server.client.deleteWorkflow(request, options: server.options)
        }
        let document = JSONValue.object(["id": .string(id), "deleted": .bool(true)])
        try StandardOutput().writeLine(connection.json ? document.text : Cell.visible("Deleted \(id)."))
    }
}
