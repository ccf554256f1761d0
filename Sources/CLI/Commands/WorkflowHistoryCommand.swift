internal import AetherProtocol
internal import ArgumentParser
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow history`.
struct WorkflowHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows what a workflow did, entry by entry.")

    @Argument(help: "The workflow's id.")
    var id: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_HistoryRequest.with { $0.workflowID = id }
        let json = connection.json
        try await ServerConnection.open(connection) { server in
            try await server.admin.getHistory(request, options: server.options) { response in
                var output = RowOutput(headings: HistoryRows.headings, json: json, terminal: .current())
                var rows = HistoryRows(in: .current)
                for try await entry in response.messages {
                    try output.add(json: entry.json, row: rows.row(of: entry))
                }
                try output.finish()
            }
        }
    }
}
