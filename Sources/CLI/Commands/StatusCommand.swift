internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// `aether status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows where a workflow stands, and why.")

    @Argument(help: "The workflow's id.")
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_GetStatusRequest.with { $0.workflowID = id }
        let status = try await ServerConnection.open(connection) { server in
            try await server.client.getWorkflowStatus(request, options: server.options)
        }
        if connection.json {
            try StandardOutput().writeLine(status.json.text)
        } else {
            try StandardOutput().write(status.fields(in: .current).text(terminal: .current()))
        }
    }
}
