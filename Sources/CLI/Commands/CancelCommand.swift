internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import GRPCCore
internal import SwiftProtobuf

/// `aether cancel`.
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Asks a workflow to stop.",
        discussion: """
            A workflow that no worker has begun is cancelled at once. One that runs hears of it as a CancellationError \
            and may clean up first.
            """)

    @Argument(help: "The workflow's id.")
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_CancelRequest.with { $0.workflowID = id }
        let status = Aether_V1_GetStatusRequest.with { $0.workflowID = id }
        let state = try await ServerConnection.open(connection) { server in
            _ = try await server.client.cancelWorkflow(request, options: server.options)
            return try await server.client.getWorkflowStatus(status, options: server.options).state
        }
        if connection.json {
            let document = JSONValue.object(["id": .string(id), "state": .string(state.name)])
            try StandardOutput().writeLine(document.text)
        } else if state == .cancelled {
            try StandardOutput().writeLine("Cancelled \(id).")
        } else {
            try StandardOutput().writeLine("Asked \(id) to stop; it is \(state.name).")
        }
    }
}
