internal import AetherProtocol
internal import AetherRuntime
internal import ArgumentParser
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow list`.
struct WorkflowListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists workflows, the youngest first.")

    @Option(help: "Only workflows of this type.")
    var type: String?

    @Option(help: "Only this state: PENDING, RUNNING, COMPLETED, FAILED or CANCELLED. May be given several times.")
    var state: [StateArgument] = []

    @Option(help: "The most to list; 0 lists all.")
    var limit: UInt32 = 100

    @Flag(help: "Go on until Ctrl-C: in a terminal the list is kept up to date, else each change is a line.")
    var watch = false

    /// How often a watched list is asked for.
    private static let interval = Duration.seconds(1)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let request = Aether_V1_ListRequest.with {
            $0.workflowType = type ?? ""
            $0.states = state.map { Aether_V1_State($0.state) }
            $0.limit = self.limit
        }
        let (json, limit) = (connection.json, limit)
        if watch { return try await watch(request, json: json) }
        try await ServerConnection.open(connection) { server in
            let count = try await server.admin.listWorkflows(request, options: server.options) { response in
                var output = RowOutput(
                    headings: Aether_V1_WorkflowInfo.headings, json: json, terminal: .current())
                for try await info in response.messages {
                    try output.add(json: info.json, row: info.row(in: .current))
                }
                try output.finish()
                return output.count
            }
            note(count: count, limit: Int(limit), json: json)
        }
    }

    private func watch(_ request: Aether_V1_ListRequest, json: Bool) async throws {
        try await ServerConnection.open(connection) { server in
            var list = WatchedList(terminal: .current(), json: json)
            var isReachable = true
            while true {
                do {
                    let infos = try await server.admin.listWorkflows(request, options: server.options) { response in
                        var infos: [Aether_V1_WorkflowInfo] = []
                        for try await info in response.messages { infos.append(info) }
                        return infos
                    }
                    if !isReachable { StandardError.write("aether: the server is back\n") }
                    isReachable = true
                    try StandardOutput().write(list.text(infos))
                } catch let error as RPCError where error.code == .unavailable && !list.isEmpty {
                    if isReachable { StandardError.write("aether: lost the server; waiting for it to come back\n") }
                    isReachable = false
                }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func note(count: Int, limit: Int, json: Bool) {
        guard !json else { return }
        if count == 0 {
            let isFiltered = type != nil || !state.isEmpty
            StandardError.write(isFiltered ? "No such workflows.\n" : "No workflows yet.\n")
        } else if limit > 0, count == limit {
            StandardError.write("The youngest \(count); --limit shows more, --limit 0 all.\n")
        }
    }
}
